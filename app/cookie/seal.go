package cookie

import (
	"context"
	"encoding/base64"
	"errors"
	"time"
)

// version is the first byte of every cookie that is written. A release that changes the format raises it, and
// still reads all versions before, so that nobody loses a cart over a release. A cookie of a later version is an
// empty cart.
const version = 2

// A cookie's value is unpadded URL-safe base64 of: version, identifier of the key, nonce, ciphertext, tag.
var encoding = base64.RawURLEncoding.Strict()

const headerSize = 1 + keyIDSize

// The reasons to reject a cookie, which are also what they are counted by.
var (
	errMalformed  = errors.New("malformed")   // not of the form above: truncated, or made up
	errVersion    = errors.New("version")     // of another format
	errUnknownKey = errors.New("unknown_key") // encrypted with a key that is not ours, or not any more
	errAltered    = errors.New("altered")     // not what was encrypted, or not for a cookie of this name
	errExpired    = errors.New("expired")
)

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

// open returns what seal was given. A rejected cookie is one of the reasons above, any other error says
// that the keys are away.
func (s *sealer) open(ctx context.Context, token string, now time.Time) (content, error) {
	value, err := encoding.DecodeString(token)
	if err != nil || len(value) <= headerSize {
		return content{}, errMalformed
	}
	if value[0] == 0 || value[0] > version {
		return content{}, errVersion
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
	case err != nil:
		return content{}, errMalformed
	case !now.Before(c.expires):
		return content{}, errExpired
	}
	return c, nil
}
