// {{name}}: answers 404 below a path, and removes the header `server` from responses.
//
//	[filter.{{name}}.settings]
//	below = "/internal"
package main

import (
	"fmt"

	"witdock/proxy"

	"{{module}}/path"
)

var settings struct {
	Below string `json:"below"`
}

func init() {
	proxy.Register(proxy.Filter{
		Settings:        &settings,
		Configure:       configure,
		RequestHeaders:  hide,
		ResponseHeaders: anonymous,
	})
}

// The proxy calls what init registers.
func main() {}

func configure() error {
	if !path.IsAbsolute(settings.Below) {
		return fmt.Errorf("`below` is `%s`: expected a path that begins with `/`", settings.Below)
	}
	return nil
}

func hide(stream *proxy.Stream, endOfStream bool) (proxy.Action, error) {
	if path.IsBelow(stream.Request().Path(), settings.Below) {
		return stream.Respond(proxy.Response{Status: 404, Body: []byte("not here\n")})
	}
	return proxy.Proceed, nil
}

func anonymous(stream *proxy.Stream, endOfStream bool) (proxy.Action, error) {
	return proxy.Proceed, stream.Response().Remove("server")
}
