// basic-auth: asks for a name and a password (RFC 7617), and passes the name on.
//
//	[filter.basic-auth.settings]
//	realm = "Staging"
//	header = "x-user"      # gets the name; what clients send in it is removed
//	except = ["/health"]   # what paths begin with that need no password
//
//	[filter.basic-auth.settings.users]
//	ada = "pbkdf2-sha256$600000$SALT$HASH"
//
// A hash is PBKDF2 with HMAC-SHA-256, salt and hash in base64:
//
//	python3 -c 'import base64, getpass, hashlib, os; s = os.urandom(16); n = 600000
//	k = hashlib.pbkdf2_hmac("sha256", getpass.getpass().encode(), s, n); b = lambda x: base64.b64encode(x).decode()
//	print(f"pbkdf2-sha256${n}${b(s)}${b(k)}")'
//
// A hash takes long on purpose. What was right once is remembered by the instance, as SHA-256 of the header.
// Use it with TLS alone: the password is in each request.
package main

import (
	"crypto/sha256"
	"fmt"
	"strings"

	"witdock/proxy"

	"basic_auth/password"
)

var settings = struct {
	Realm  string            `json:"realm"`
	Header string            `json:"header"`
	Except []string          `json:"except"`
	Users  map[string]string `json:"users"`
}{Realm: "restricted", Header: "x-user"}

var (
	hashes = map[string]password.Hash{}
	// right has the hashes of headers that were right, at most mostRight.
	right = map[[sha256.Size]byte]string{}
)

const mostRight = 1024

func init() {
	proxy.Register(proxy.Filter{Settings: &settings, Configure: configure, RequestHeaders: check})
}

// The proxy calls what init registers.
func main() {}

func configure() error {
	if len(settings.Users) == 0 {
		return fmt.Errorf("`users` is empty: expected names with the hashes of their passwords")
	}
	if strings.ContainsAny(settings.Realm, "\"\\\r\n") {
		return fmt.Errorf("`realm` has a quote, a backslash or a line break")
	}
	for _, path := range settings.Except {
		if !strings.HasPrefix(path, "/") {
			return fmt.Errorf("`except` has `%s`: expected what a path begins with, from its `/` on", path)
		}
	}
	for name, text := range settings.Users {
		hash, err := password.Parse(text)
		if err != nil {
			return fmt.Errorf("`users` has a wrong hash for `%s`: %w", name, err)
		}
		hashes[name] = hash
	}
	return nil
}

func check(stream *proxy.Stream, endOfStream bool) (proxy.Action, error) {
	request := stream.Request()
	if err := request.Remove(settings.Header); err != nil {
		return proxy.Proceed, err
	}
	if len(settings.Except) > 0 {
		path := request.Path()
		for _, begin := range settings.Except {
			if strings.HasPrefix(path, begin) {
				return proxy.Proceed, nil
			}
		}
	}
	// Two headers could be read differently by the upstream.
	values := request.Values("authorization")
	if len(values) != 1 {
		return ask(stream)
	}
	name, ok := user(values[0])
	if !ok {
		return ask(stream)
	}
	if err := request.Remove("authorization"); err != nil {
		return proxy.Proceed, err
	}
	return proxy.Proceed, request.Set(settings.Header, name)
}

// user returns the name of an authorization header whose password is right.
func user(header string) (string, bool) {
	digest := sha256.Sum256([]byte(header))
	if name, ok := right[digest]; ok {
		return name, true
	}
	name, given, ok := password.Decode(header)
	if !ok {
		return "", false
	}
	hash, known := hashes[name]
	if !known {
		// As long as for a name that there is, so that the time does not tell which there are.
		for _, other := range hashes {
			other.IsOf(given)
			break
		}
		return "", false
	}
	if !hash.IsOf(given) {
		return "", false
	}
	if len(right) >= mostRight {
		clear(right)
	}
	right[digest] = name
	return name, true
}

func ask(stream *proxy.Stream) (proxy.Action, error) {
	challenge := fmt.Sprintf("Basic realm=\"%s\", charset=\"UTF-8\"", settings.Realm)
	return stream.Respond(proxy.Response{
		Status: 401,
		Headers: []proxy.Header{
			{Name: "www-authenticate", Value: []byte(challenge)},
			{Name: "content-type", Value: []byte("text/plain; charset=utf-8")},
		},
		Body:    []byte("a name and a password are needed\n"),
		Details: "no valid name and password",
	})
}
