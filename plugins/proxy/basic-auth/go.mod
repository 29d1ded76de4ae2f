module basic_auth

go 1.25

require witdock/proxy v0.0.0

require (
	witdock/generated v0.0.0 // indirect
	witdock/wit v0.0.0 // indirect
)

replace (
	witdock/proxy => ../../../guest-sdk/go/proxy
	witdock/generated => ../../../guest-sdk/go/proxy/generated
	witdock/wit => ../../../guest-sdk/go/runtime
)
