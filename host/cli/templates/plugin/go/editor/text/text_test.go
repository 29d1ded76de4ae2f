package text

import "testing"

func TestWords(t *testing.T) {
	for text, expected := range map[string]string{
		"": "0 words", " \n ": "0 words", "one": "1 word", " one\ttwo \n": "2 words",
	} {
		if counted := Words(text); counted != expected {
			t.Errorf("Words(%q) = %q, expected %q", text, counted, expected)
		}
	}
}

func TestCapitals(t *testing.T) {
	if shouted := Capitals("Hello, wörld 1"); shouted != "HELLO, WÖRLD 1" {
		t.Errorf("unexpected %q", shouted)
	}
}
