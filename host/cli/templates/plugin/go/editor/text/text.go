// Package text is what the plugin does to a text. It knows no editor, so that it is tested natively.
package text

import (
	"fmt"
	"strings"
)

// Words says how many words there are, with white space between them.
func Words(text string) string {
	count := len(strings.Fields(text))
	if count == 1 {
		return "1 word"
	}
	return fmt.Sprintf("%d words", count)
}

// Capitals is the text in capitals.
func Capitals(text string) string { return strings.ToUpper(text) }
