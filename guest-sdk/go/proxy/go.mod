module witdock/proxy

go 1.25

require (
	witdock/generated v0.0.0
	witdock/wit v0.0.0
)

replace (
	witdock/generated => ./generated
	witdock/wit => ../runtime
)
