package proxy

import (
	"errors"
	"fmt"
	"math"
	"strconv"

	"witdock/generated/witdock_proxy_http"
	"witdock/generated/witdock_proxy_types"
	witTypes "witdock/wit/types"
)

type (
	// Header is a header or a trailer: its name in lower case, and its value.
	Header = witdock_proxy_types.Header
	// Side is a side of an exchange.
	Side = witdock_proxy_http.Side
)

const (
	// RequestSide is from the client to the upstream.
	RequestSide Side = witdock_proxy_http.SideRequest
	// ResponseSide is from the upstream to the client.
	ResponseSide Side = witdock_proxy_http.SideResponse
)

// A Stream is a filter's part of one exchange: a request with its response.
type Stream struct {
	// Exchange is the exchange itself, for functions of generated packages.
	Exchange *witdock_proxy_http.Exchange
	// State is what the filter keeps for this exchange.
	State any
	calls map[uint64]func(*Answer, error) error
}

// Request returns the request's headers.
func (stream *Stream) Request() Headers {
	return Headers{stream, witdock_proxy_http.PartRequestHeaders}
}

// Response returns the response's headers.
func (stream *Stream) Response() Headers {
	return Headers{stream, witdock_proxy_http.PartResponseHeaders}
}

// RequestTrailers returns the request's trailers.
func (stream *Stream) RequestTrailers() Headers {
	return Headers{stream, witdock_proxy_http.PartRequestTrailers}
}

// ResponseTrailers returns the response's trailers.
func (stream *Stream) ResponseTrailers() Headers {
	return Headers{stream, witdock_proxy_http.PartResponseTrailers}
}

// RequestBody returns what is held of the request's body.
func (stream *Stream) RequestBody() Body { return Body{stream, RequestSide} }

// ResponseBody returns what is held of the response's body.
func (stream *Stream) ResponseBody() Body { return Body{stream, ResponseSide} }

// A Response is one of the filter's own.
type Response struct {
	// From 200 to 599.
	Status  uint16
	Headers []Header
	Body    []byte
	// Details is the reason, for the access log.
	Details string
}

// Respond answers the client, instead of the upstream, after the callback: return stream.Respond(…).
func (stream *Stream) Respond(response Response) (Action, error) {
	result := stream.Exchange.Respond(witdock_proxy_types.Response{
		Status: response.Status, Headers: response.Headers, Body: response.Body,
		GrpcStatus: witTypes.None[uint32](), Details: response.Details,
	})
	if !result.IsErr() {
		return Pause, nil
	}
	if err := result.Err(); err.Tag() == witdock_proxy_http.RespondErrorInvalid {
		return Proceed, errors.New(err.Invalid())
	}
	return Proceed, errors.New("the response has begun, so there can be no other one")
}

// Resume lets a side that was paused go on, after the callback.
func (stream *Stream) Resume(side Side) { stream.Exchange.Resume(side) }

// Abort ends the exchange without an answer, after the callback.
func (stream *Stream) Abort() Action {
	stream.Exchange.Abort()
	return Pause
}

// Headers are the headers or the trailers of a message, with duplicates, in order.
type Headers struct {
	stream *Stream
	part   witdock_proxy_http.Part
}

// Get returns the first header of this name, or "".
func (headers Headers) Get(name string) string {
	value, _ := headers.Lookup(name)
	return value
}

// Lookup returns the first header of this name, and whether there is one.
func (headers Headers) Lookup(name string) (string, bool) {
	value := headers.stream.Exchange.Header(headers.part, name)
	return string(value.SomeOr(nil)), value.IsSome()
}

// Values returns the values of all headers of this name.
func (headers Headers) Values(name string) []string {
	values := headers.stream.Exchange.HeaderValues(headers.part, name)
	texts := make([]string, len(values))
	for index, value := range values {
		texts[index] = string(value)
	}
	return texts
}

// All returns all headers; those that begin with ":" come first.
func (headers Headers) All() []Header {
	return headers.stream.Exchange.Headers(headers.part).SomeOr(nil)
}

// Set puts one header in place of all of this name.
func (headers Headers) Set(name, value string) error {
	return edited(headers.stream.Exchange.SetHeader(headers.part, name, []byte(value)))
}

// Add adds a header, in addition to others of this name.
func (headers Headers) Add(name, value string) error {
	return edited(headers.stream.Exchange.AddHeader(headers.part, name, []byte(value)))
}

// Remove removes all headers of this name.
func (headers Headers) Remove(name string) error {
	return edited(headers.stream.Exchange.RemoveHeader(headers.part, name))
}

// Replace puts these in place of all. A message without trailers is given some at the end of its body.
func (headers Headers) Replace(all []Header) error {
	return edited(headers.stream.Exchange.SetHeaders(headers.part, all))
}

// Method returns a request's method.
func (headers Headers) Method() string { return headers.Get(":method") }

// Path returns a request's path with its query.
func (headers Headers) Path() string { return headers.Get(":path") }

// Authority returns the host and port that a request names.
func (headers Headers) Authority() string { return headers.Get(":authority") }

// Status returns a response's status, or 0 if there is no response yet.
func (headers Headers) Status() int {
	status, _ := strconv.Atoi(headers.Get(":status"))
	return status
}

// A Body is what is held of a message's body.
type Body struct {
	stream *Stream
	side   Side
}

// Size returns its size, in bytes.
func (body Body) Size() uint64 { return body.stream.Exchange.BodySize(body.side) }

// Read returns all of it.
func (body Body) Read() []byte { return body.stream.Exchange.Body(body.side, 0, math.MaxUint64) }

// Replace puts data in place of all of it.
func (body Body) Replace(data []byte) error { return body.Splice(0, math.MaxUint64, data) }

// Append adds data at its end.
func (body Body) Append(data []byte) error { return body.Splice(math.MaxUint64, 0, data) }

// Prepend adds data before it.
func (body Body) Prepend(data []byte) error { return body.Splice(0, 0, data) }

// Splice puts data in place of these bytes. The range is cut at the body's end.
func (body Body) Splice(start, length uint64, data []byte) error {
	return edited(body.stream.Exchange.EditBody(body.side, start, length, data))
}

func edited(result witTypes.Result[witTypes.Unit, witdock_proxy_types.EditError]) error {
	if !result.IsErr() {
		return nil
	}
	switch err := result.Err(); err.Tag() {
	case witdock_proxy_types.EditErrorAbsent:
		return errors.New("there are no such headers, trailers or body yet, or in this message")
	case witdock_proxy_types.EditErrorGone:
		return errors.New("this part of the message has gone on and cannot be changed; hold it with Hold or Pause")
	case witdock_proxy_types.EditErrorTooLarge:
		return fmt.Errorf("the message would be larger than the proxy's limit of %d", err.TooLarge())
	default:
		return errors.New(err.Invalid())
	}
}
