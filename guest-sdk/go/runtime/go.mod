module witdock/wit

go 1.25
