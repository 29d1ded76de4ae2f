package password

import (
	"encoding/base64"
	"strings"
	"testing"
)

func TestAHashIsOfItsPassword(t *testing.T) {
	text := New("open sesame", []byte("0123456789abcdef"), 1000)
	hash, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	for password, expected := range map[string]bool{"open sesame": true, "": false, "Open sesame": false, "open sesame ": false} {
		if hash.IsOf(password) != expected {
			t.Errorf("%q", password)
		}
	}
}

// What Python's hashlib.pbkdf2_hmac makes of it.
func TestAHashIsThatOfOtherPrograms(t *testing.T) {
	const expected = "pbkdf2-sha256$1000$MDEyMzQ1Njc4OWFiY2RlZg$Mqp8wAsrOsjVEIymTD0kATxTpTf4f+0ZMgQPDlukk/w"
	if made := New("open sesame", []byte("0123456789abcdef"), 1000); made != expected {
		t.Errorf("%s, expected %s", made, expected)
	}
}

func TestWhatIsNoHashIsRefused(t *testing.T) {
	good := New("a", []byte("0123456789abcdef"), 1000)
	for _, wrong := range []string{
		"", "secret", "$2y$10$abc", strings.Replace(good, "$1000$", "$999$", 1), strings.Replace(good, "$1000$", "$1000001$", 1),
		strings.Replace(good, "$1000$", "$x$", 1), good + "AAAA", strings.Replace(good, "MDEy", "", 1), good + "$",
	} {
		if _, err := Parse(wrong); err == nil {
			t.Errorf("%q is accepted", wrong)
		}
	}
}

func TestTheHeaderIsThatOfTheRFC(t *testing.T) {
	// RFC 7617 section 2.
	name, password, ok := Decode("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==")
	if name != "Aladdin" || password != "open sesame" || !ok {
		t.Error(name, password, ok)
	}
	encoded := base64.StdEncoding.EncodeToString([]byte("a:b:c"))
	if name, password, _ = Decode("bAsIc  " + encoded); name != "a" || password != "b:c" {
		t.Error(name, password)
	}
	for _, wrong := range []string{"", "Basic", "Basic !", "Bearer " + encoded, "Basic " + base64.StdEncoding.EncodeToString([]byte("none"))} {
		if _, _, ok := Decode(wrong); ok {
			t.Errorf("%q is accepted", wrong)
		}
	}
}
