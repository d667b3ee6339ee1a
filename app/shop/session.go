package shop

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
)

// Session is one visitor's session during one request: the value of their session cookie, and what
// becomes of it. The zero value is a visitor without a cookie. Not for concurrent use.
type Session struct {
	sent   string // the token that came with the request
	token  string
	kept   bool
	ended  bool
	asked  bool         // a store was about to begin a session
	permit func() error // nil: it may
}

// OpenSession returns the session of a visitor whose cookie has this value. The value is whatever the
// browser sent; it is the store that believes it or not.
func OpenSession(token string) *Session { return &Session{sent: token, token: token} }

// Token is the value of the session cookie; empty when there is none.
func (s *Session) Token() string { return s.token }

// Keep says that the browser must hold this token from now on, for the full session lifetime. Stores
// call it whenever they used or began a session.
func (s *Session) Keep(token string) { s.token, s.kept, s.ended = token, true, false }

// End says that the browser must forget its token.
func (s *Session) End() { s.token, s.kept, s.ended = "", false, true }

// Kept reports whether the cookie is to be sent, with Token as its value.
func (s *Session) Kept() bool { return s.kept }

// Ended reports whether the cookie is to be deleted.
func (s *Session) Ended() bool { return s.ended }

// BeginIf has MayBegin ask for a permit: without one the visitor may use the session they have, and begin no other.
// Nobody is asked in the requests of those who have one.
func (s *Session) BeginIf(permit func() error) { s.permit = permit }

// MayBegin is nil, or the refusal that a store returns instead of beginning a session. Stores ask it when there is
// something to keep and no session to keep it in.
func (s *Session) MayBegin() error {
	s.asked = true
	if s.permit == nil {
		return nil
	}
	return s.permit()
}

// Begun reports whether a store has begun a session to keep something in. Signing in is not meant.
func (s *Session) Begun() bool { return s.asked && s.kept && s.token != s.sent }

// A session id is what rand.Text returns: base32, at least 128 random bits, today in 26 characters.
const (
	minSessionID = 26
	maxSessionID = 64
)

// NewSessionID returns an identifier that cannot be guessed, for stores that keep sessions on the server.
func NewSessionID() string { return rand.Text() }

// IsSessionID reports whether token has the form of NewSessionID. Stores treat any other token as no
// session, so that nothing a visitor makes up ever becomes part of a key.
func IsSessionID(token string) bool {
	if len(token) < minSessionID || len(token) > maxSessionID {
		return false
	}
	for _, c := range []byte(token) {
		if (c < 'A' || c > 'Z') && (c < '2' || c > '7') {
			return false
		}
	}
	return true
}

// StorageKey is what stores keep a session under, instead of its token: whoever reads the store, or a backup of it,
// cannot use what is found there. It has 22 characters of URL-safe base64.
func StorageKey(token string) string {
	sum := sha256.Sum256([]byte(token))
	return base64.RawURLEncoding.EncodeToString(sum[:16])
}
