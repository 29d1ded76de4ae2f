package path

import "testing"

func TestIsBelow(t *testing.T) {
	for path, expected := range map[string]bool{"/internal": true, "/internal/metrics": true, "/": false, "/x/internal": false} {
		if found := IsBelow(path, "/internal"); found != expected {
			t.Errorf("IsBelow(%q) = %t", path, found)
		}
	}
}

func TestIsAbsolute(t *testing.T) {
	if !IsAbsolute("/internal") || IsAbsolute("internal") || IsAbsolute("") {
		t.Error("only what begins with `/` is absolute")
	}
}
