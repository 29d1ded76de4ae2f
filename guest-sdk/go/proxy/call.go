package proxy

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"witdock/generated/witdock_proxy_http_calls"
	"witdock/generated/witdock_proxy_types"
	witTypes "witdock/wit/types"
)

// A Request is a request to a cluster that the filter was given.
type Request struct {
	Cluster string
	// Method is GET unless it is set.
	Method string
	Path   string
	// Authority is the cluster's name unless it is set.
	Authority string
	Headers   []Header
	Body      []byte
	// Timeout is 5 seconds unless it is set, and at most the proxy's own limit.
	Timeout time.Duration
}

// An Answer is the answer to a call.
type Answer struct {
	Status  int
	Headers []Header
	Body    []byte
}

// Get returns the first header of this name, or "".
func (answer *Answer) Get(name string) string {
	for _, header := range answer.Headers {
		if header.Name == name {
			return string(header.Value)
		}
	}
	return ""
}

// ownCalls are the instance's calls that wait for their answers.
var ownCalls = map[uint64]func(*Answer, error){}

// Call begins a call for an exchange. then gets the answer, while the exchange lasts; it resumes what was paused for it.
func Call(stream *Stream, request Request, then func(answer *Answer, err error) error) error {
	call, err := begun(witdock_proxy_http_calls.StartFor(stream.Exchange, request.wit()))
	if err == nil {
		if stream.calls == nil {
			stream.calls = map[uint64]func(*Answer, error) error{}
		}
		stream.calls[call] = then
	}
	return err
}

// CallFromInstance begins a call that belongs to no exchange, for example in Tick.
func CallFromInstance(request Request, then func(answer *Answer, err error)) error {
	call, err := begun(witdock_proxy_http_calls.Start(request.wit()))
	if err == nil {
		ownCalls[call] = then
	}
	return err
}

func (request Request) wit() witdock_proxy_http_calls.Request {
	or := func(text, other string) []byte {
		if text == "" {
			text = other
		}
		return []byte(text)
	}
	headers := []Header{
		{Name: ":method", Value: or(request.Method, "GET")},
		{Name: ":authority", Value: or(request.Authority, request.Cluster)},
		{Name: ":path", Value: or(request.Path, "/")},
	}
	timeout := request.Timeout
	if timeout <= 0 {
		timeout = 5 * time.Second
	}
	return witdock_proxy_http_calls.Request{
		Cluster: request.Cluster, Headers: append(headers, request.Headers...), Body: request.Body,
		TimeoutMs: uint32(timeout.Milliseconds()),
	}
}

func begun(result witTypes.Result[uint64, witdock_proxy_http_calls.CallError]) (uint64, error) {
	if !result.IsErr() {
		return result.Ok(), nil
	}
	switch err := result.Err(); err.Tag() {
	case witdock_proxy_http_calls.CallErrorUnknownCluster:
		return 0, fmt.Errorf("the cluster is not one of the filter's: %s; add it to the filter's `clusters`", err.UnknownCluster())
	case witdock_proxy_http_calls.CallErrorTooMany:
		return 0, fmt.Errorf("the filter waits for the answers to %d calls, which is the limit", err.TooMany())
	default:
		return 0, errors.New(err.Invalid())
	}
}

func answerOf(outcome witdock_proxy_types.Outcome) (*Answer, error) {
	if outcome.IsErr() {
		switch outcome.Err() {
		case witdock_proxy_types.CallFailureTimeout:
			return nil, errors.New("the answer took longer than it may")
		case witdock_proxy_types.CallFailureUnreachable:
			return nil, errors.New("no endpoint of the cluster takes connections")
		case witdock_proxy_types.CallFailureTooLarge:
			return nil, errors.New("the answer is larger than the proxy takes for a filter")
		default:
			return nil, errors.New("the connection broke before the answer was complete")
		}
	}
	answer := outcome.Ok()
	given := &Answer{Headers: answer.Headers, Body: answer.Body}
	given.Status, _ = strconv.Atoi(given.Get(":status"))
	return given, nil
}
