// Package path has functions that do not use the proxy, so that native tests can call them.
package path

import "strings"

// IsAbsolute tells whether a path begins with "/".
func IsAbsolute(path string) bool { return strings.HasPrefix(path, "/") }

// IsBelow tells whether a path begins with another one.
func IsBelow(path, top string) bool { return strings.HasPrefix(path, top) }
