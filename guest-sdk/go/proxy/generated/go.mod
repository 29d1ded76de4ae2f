module witdock/generated

go 1.25

require witdock/wit v0.0.0
