// Package proxy is the SDK for filters of witdock-proxy in Go.
//
// A filter registers the callbacks that it has; the proxy leaves out the others.
//
//	func init() {
//		proxy.Register(proxy.Filter{RequestHeaders: hide})
//	}
//
//	func main() {}
//
//	func hide(stream *proxy.Stream, endOfStream bool) (proxy.Action, error) {
//		if strings.HasPrefix(stream.Request().Path(), "/internal") {
//			return stream.Respond(proxy.Response{Status: 404, Body: []byte("not here\n")})
//		}
//		return proxy.Proceed, stream.Request().Set("x-seen", "yes")
//	}
//
// The proxy's other functions are in packages of witdock/generated, for example witdock/generated/witdock_proxy_shared_data. Each
// interface is granted by name.
package proxy

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	events "witdock/generated/export_witdock_proxy_events"
	filter "witdock/generated/export_witdock_proxy_filter"
	stream "witdock/generated/export_witdock_proxy_http_filter"
	witTypes "witdock/wit/types"
	// The exports that the proxy calls.
	_ "witdock/generated/wit_exports"
	"witdock/generated/witdock_plugin_log"
	"witdock/generated/witdock_proxy_filter"
	"witdock/generated/witdock_proxy_http"
	"witdock/generated/witdock_proxy_types"
)

// An Action is what the proxy does after a callback.
type Action = witdock_proxy_types.Action

const (
	// Proceed lets what the callback saw go on, with what was held before it.
	Proceed Action = witdock_proxy_types.ActionProceed
	// Pause holds what the callback saw. Headers: until Resume, and no body is read. A body: more of it is collected.
	Pause Action = witdock_proxy_types.ActionPause
	// Hold holds the headers, and goes on to read the body.
	Hold Action = witdock_proxy_types.ActionHold
)

// A Filter has the callbacks that it needs; others stay nil. An error from a callback is logged, and ends the exchange: with 500 if the
// response has not begun, otherwise the connection is closed.
type Filter struct {
	// Settings is a pointer to a struct with json tags, into which the settings are decoded. Without it, the filter has no settings.
	Settings any
	// Configure is called once, after the settings are decoded. Its error says what was found and expected.
	Configure func() error

	RequestHeaders  func(stream *Stream, endOfStream bool) (Action, error)
	RequestBody     func(stream *Stream, endOfStream bool) (Action, error)
	RequestTrailers func(stream *Stream) (Action, error)
	ResponseHeaders func(stream *Stream, endOfStream bool) (Action, error)
	ResponseBody    func(stream *Stream, endOfStream bool) (Action, error)
	// ResponseTrailers is called when the response's trailers have come.
	ResponseTrailers func(stream *Stream) (Action, error)
	// Log is called when the exchange has ended, in whatever way.
	Log func(stream *Stream)

	// Tick is called in the period that witdock_proxy_timers.SetTick sets.
	Tick func()
	// Queue is called for a message in a queue that witdock_proxy_queues.Register has returned.
	Queue func(queue uint32)
	// Retire is called after the last exchange of the instance. False keeps it until witdock_proxy_retirement.Done.
	Retire func() bool
}

// Register registers the filter. Call it in an init function.
func Register(does Filter) {
	filter.Configure = func(configuration witdock_proxy_filter.Configuration) configured {
		if err := configure(&does, configuration.Settings); err != nil {
			return witTypes.Err[witTypes.Unit](valid(err.Error()))
		}
		return witTypes.Ok[witTypes.Unit, string](witTypes.Unit{})
	}
	lacking := lacking(&does)
	stream.MakeHttpStream = func(exchange *witdock_proxy_http.Exchange) *stream.HttpStream {
		if lacking != 0 {
			exchange.Ignore(lacking)
		}
		return stream.NewHttpStream(&running{does: &does, stream: &Stream{Exchange: exchange}})
	}
	events.OnTick = func() {
		if does.Tick != nil {
			does.Tick()
		}
	}
	events.OnCallEnded = func(call uint64, outcome witdock_proxy_types.Outcome) {
		if then, ok := ownCalls[call]; ok {
			delete(ownCalls, call)
			then(answerOf(outcome))
		}
	}
	events.OnQueue = func(queue uint32) {
		if does.Queue != nil {
			does.Queue(queue)
		}
	}
	events.OnRetire = func() bool { return does.Retire == nil || does.Retire() }
}

type configured = witTypes.Result[witTypes.Unit, string]

func configure(does *Filter, settings []byte) error {
	into := does.Settings
	if into == nil {
		into = &struct{}{}
	}
	decoder := json.NewDecoder(bytes.NewReader(settings))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil && !errors.Is(err, io.EOF) {
		return errors.New(strings.TrimPrefix(err.Error(), "json: "))
	}
	if does.Configure != nil {
		return does.Configure()
	}
	return nil
}

func lacking(does *Filter) (lacking witdock_proxy_http.Callbacks) {
	for callback, has := range map[witdock_proxy_http.Callbacks]bool{
		witdock_proxy_http.CallbacksRequestHeaders:   does.RequestHeaders != nil,
		witdock_proxy_http.CallbacksRequestBody:      does.RequestBody != nil,
		witdock_proxy_http.CallbacksRequestTrailers:  does.RequestTrailers != nil,
		witdock_proxy_http.CallbacksResponseHeaders:  does.ResponseHeaders != nil,
		witdock_proxy_http.CallbacksResponseBody:     does.ResponseBody != nil,
		witdock_proxy_http.CallbacksResponseTrailers: does.ResponseTrailers != nil,
		witdock_proxy_http.CallbacksLog:              does.Log != nil,
	} {
		if !has {
			lacking |= callback
		}
	}
	return lacking
}

// running is a stream as the proxy holds it.
type running struct {
	does   *Filter
	stream *Stream
}

// on runs a callback. An error or a panic ends the exchange.
func (running *running) on(call func() (Action, error)) (action Action) {
	defer func() {
		if cause := recover(); cause != nil {
			action = running.fail(fmt.Errorf("the filter panicked: %v", cause))
		}
	}()
	action, err := call()
	if err != nil {
		return running.fail(err)
	}
	return action
}

func (running *running) fail(err error) Action {
	text := valid(err.Error())
	witdock_plugin_log.Write(witdock_plugin_log.LevelError, "filter", text)
	response := Response{Status: 500, Body: []byte("a filter of this server failed\n"), Details: text}
	response.Headers = []Header{{Name: "content-type", Value: []byte("text/plain; charset=utf-8")}}
	if action, err := running.stream.Respond(response); err == nil {
		return action
	}
	return running.stream.Abort()
}

func (running *running) ended(callback func(*Stream, bool) (Action, error), endOfStream bool) Action {
	if callback == nil {
		return Proceed
	}
	return running.on(func() (Action, error) { return callback(running.stream, endOfStream) })
}

func (running *running) trailers(callback func(*Stream) (Action, error)) Action {
	if callback == nil {
		return Proceed
	}
	return running.on(func() (Action, error) { return callback(running.stream) })
}

func (running *running) OnRequestHeaders(endOfStream bool) Action {
	return running.ended(running.does.RequestHeaders, endOfStream)
}

func (running *running) OnRequestBody(_ uint64, endOfStream bool) Action {
	return running.ended(running.does.RequestBody, endOfStream)
}

func (running *running) OnRequestTrailers() Action {
	return running.trailers(running.does.RequestTrailers)
}

func (running *running) OnResponseHeaders(endOfStream bool) Action {
	return running.ended(running.does.ResponseHeaders, endOfStream)
}

func (running *running) OnResponseBody(_ uint64, endOfStream bool) Action {
	return running.ended(running.does.ResponseBody, endOfStream)
}

func (running *running) OnResponseTrailers() Action {
	return running.trailers(running.does.ResponseTrailers)
}

func (running *running) OnCallEnded(call uint64, outcome witdock_proxy_types.Outcome) {
	then, ok := running.stream.calls[call]
	if !ok {
		return
	}
	delete(running.stream.calls, call)
	failed := true
	running.on(func() (Action, error) {
		err := then(answerOf(outcome))
		failed = err != nil
		return Proceed, err
	})
	if failed {
		// What waited for the answer must not wait any longer.
		running.stream.Resume(RequestSide)
		running.stream.Resume(ResponseSide)
	}
}

func (running *running) Log() {
	if running.does.Log != nil {
		running.does.Log(running.stream)
	}
}

// OnDrop is called when the exchange has ended.
func (running *running) OnDrop() { running.stream.Exchange.Drop() }

func valid(text string) string { return strings.ToValidUTF8(text, "\uFFFD") }
