package clean

import "testing"

func TestText(t *testing.T) {
	for text, expected := range map[string]string{
		"":                    "",
		" \t\r\n":             "",
		"ada":                 "ada",
		"  Ada \t Lovelace\n": "Ada Lovelace",
		"\u00a0ä\u2003ö":      "ä ö",
	} {
		if cleaned := Text(text); cleaned != expected {
			t.Errorf("Text(%q) = %q, expected %q", text, cleaned, expected)
		}
	}
}
