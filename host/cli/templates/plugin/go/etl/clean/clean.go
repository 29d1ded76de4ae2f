// Package clean has a text function that does not use the host, so that native tests can call it.
package clean

import "strings"

// Text returns a text without white space at its ends, and with single spaces inside.
func Text(text string) string { return strings.Join(strings.Fields(text), " ") }
