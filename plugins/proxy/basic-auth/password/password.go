// Package password checks passwords against hashes. It does not use the proxy, so that native tests can call it.
package password

import (
	"crypto/pbkdf2"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
)

const (
	// fewest is the least number of iterations: fewer can be guessed too fast.
	fewest = 1_000
	// most is the largest: a request waits for them, for about a second.
	most = 1_000_000
	// shortestSalt is in bytes, NIST SP 800-132 section 5.1.
	shortestSalt = 16
)

// A Hash is the hash of a password, PBKDF2 with HMAC-SHA-256.
type Hash struct {
	iterations int
	salt, key  []byte
}

// Parse parses pbkdf2-sha256$ITERATIONS$SALT$HASH, salt and hash in base64 without padding.
func Parse(text string) (Hash, error) {
	parts := strings.Split(text, "$")
	if len(parts) != 4 || parts[0] != "pbkdf2-sha256" {
		return Hash{}, fmt.Errorf("expected `pbkdf2-sha256$ITERATIONS$SALT$HASH`")
	}
	iterations, err := strconv.Atoi(parts[1])
	if err != nil || iterations < fewest || iterations > most {
		return Hash{}, fmt.Errorf("%s iterations: expected %d to %d", parts[1], fewest, most)
	}
	salt, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(parts[2], "="))
	if err != nil || len(salt) < shortestSalt {
		return Hash{}, fmt.Errorf("the salt is not base64 of %d bytes or more", shortestSalt)
	}
	key, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(parts[3], "="))
	if err != nil || len(key) != sha256.Size {
		return Hash{}, fmt.Errorf("the hash is not base64 of %d bytes", sha256.Size)
	}
	return Hash{iterations, salt, key}, nil
}

// New returns the text of a password's hash.
func New(password string, salt []byte, iterations int) string {
	key, err := pbkdf2.Key(sha256.New, password, salt, iterations, sha256.Size)
	if err != nil {
		return ""
	}
	encode := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("pbkdf2-sha256$%d$%s$%s", iterations, encode(salt), encode(key))
}

// IsOf tells whether it is the hash of this password.
func (hash Hash) IsOf(password string) bool {
	key, err := pbkdf2.Key(sha256.New, password, hash.salt, hash.iterations, sha256.Size)
	return err == nil && subtle.ConstantTimeCompare(key, hash.key) == 1
}

// Decode returns the name and the password of an authorization header, RFC 7617.
func Decode(header string) (name, password string, ok bool) {
	scheme, text, found := strings.Cut(header, " ")
	if !found || !strings.EqualFold(scheme, "basic") {
		return "", "", false
	}
	decoded, err := base64.StdEncoding.DecodeString(strings.TrimSpace(text))
	if err != nil {
		return "", "", false
	}
	return strings.Cut(string(decoded), ":")
}
