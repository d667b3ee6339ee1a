package cookie

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"myclothes/app/shop"
)

// version is the first byte of every cookie that is written. All versions before are still read, so that nobody loses a
// cart over a release. A release that changes what its predecessors must not ignore raises it, and is itself preceded
// by a release that reads both and writes the old one: while a fleet is rolled, the next request of a visitor may reach
// either. A cookie of a later version is not read and not replaced: the answer is "not now".
const version = 3

// A cookie's value is unpadded URL-safe base64 of: version, identifier of the key, nonce, ciphertext, tag.
// The decoder passes over line breaks, which seal never writes.
var encoding = base64.RawURLEncoding.Strict()

const (
	headerSize = 1 + keyIDSize
	leastSize  = headerSize + 12 + 16 // with the nonce and the tag of AES-GCM
)

// The reasons why a cookie is an empty cart, which are also what they are counted by.
var (
	errMalformed  = errors.New("malformed")   // not of the form above: truncated, or made up
	errUnknownKey = errors.New("unknown_key") // encrypted with a key that is not ours, or not any more
	errAltered    = errors.New("altered")     // not what was encrypted, or not for a cookie of this name
	errExpired    = errors.New("expired")
)

// errUnreadable is a cookie that only a later release can read. It is an error that wraps shop.ErrUnavailable.
var errUnreadable = fmt.Errorf("cookie of a later release: %w", shop.ErrUnavailable)

// sealer turns content into the value of a cookie and back.
type sealer struct {
	ring keyring
	name string // of the cookie
}

// bound is what the ciphertext is bound to: it opens for this name and format only.
func (s *sealer) bound(version byte) []byte { return append([]byte(s.name), version) }

// seal encrypts with the current key.
func (s *sealer) seal(ctx context.Context, c content) (string, error) {
	keys, err := s.ring.current(ctx)
	if err != nil {
		return "", err
	}
	text := c.encode()
	value := make([]byte, 0, headerSize+len(text)+keys[0].aead.Overhead())
	value = append(value, version)
	value = append(value, keys[0].id[:]...)
	return encoding.EncodeToString(keys[0].aead.Seal(value, nil, text, s.bound(version))), nil
}

// open returns what seal was given. The error is one of the reasons above, or wraps shop.ErrUnavailable: the keys are
// away, or the cookie is of a later release.
func (s *sealer) open(ctx context.Context, token string, now time.Time) (content, error) {
	value, err := encoding.DecodeString(token)
	if err != nil || strings.ContainsAny(token, "\r\n") || len(value) < leastSize || value[0] == 0 {
		return content{}, errMalformed
	}
	if value[0] > version {
		return content{}, errUnreadable
	}
	key, err := s.ring.find(ctx, keyID(value[1:headerSize]))
	if err != nil {
		return content{}, err
	}
	if key == nil {
		return content{}, errUnknownKey
	}
	text, err := key.aead.Open(nil, nil, value[headerSize:], s.bound(value[0]))
	if err != nil {
		return content{}, errAltered
	}
	c, err := decode(text, value[0])
	switch {
	case err != nil: // whoever wrote it had our key
		return content{}, errUnreadable
	case now.Unix() >= c.expires:
		return content{}, errExpired
	}
	if c.customer != 0 && c.cart.ID == "" && len(c.cart.Lines) > 0 {
		c.cart.ID = shop.StorageKey(token) // versions 1 and 2 say none; it is the same until the cookie is replaced
	}
	return c, nil
}
