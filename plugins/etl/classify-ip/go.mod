module classify_ip

go 1.25

require witdock/etl v0.0.0

require (
	witdock/generated v0.0.0 // indirect
	witdock/wit v0.0.0 // indirect
)

replace (
	witdock/etl => ../../../guest-sdk/go/etl
	witdock/generated => ../../../guest-sdk/go/etl/generated
	witdock/wit => ../../../guest-sdk/go/runtime
)
