module witdock/generated

go 1.25
