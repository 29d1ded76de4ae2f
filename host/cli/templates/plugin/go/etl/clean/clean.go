// Package clean is what the plugin does to a text. It knows no host, so that it is tested natively.
package clean

import "strings"

// Text is a text without white space at its ends, and with one space where several stand in a row.
func Text(text string) string { return strings.Join(strings.Fields(text), " ") }
