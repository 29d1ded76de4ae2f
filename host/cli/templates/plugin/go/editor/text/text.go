// Package text has text functions that do not use the editor, so that native tests can call them.
package text

import (
	"fmt"
	"strings"
)

// Words returns the number of words, which white space separates, as text.
func Words(text string) string {
	count := len(strings.Fields(text))
	if count == 1 {
		return "1 word"
	}
	return fmt.Sprintf("%d words", count)
}

// Capitals returns the text in capitals.
func Capitals(text string) string { return strings.ToUpper(text) }
