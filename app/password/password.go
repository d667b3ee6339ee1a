// Package password hashes passwords with Argon2id, a hash that costs an attacker memory.
package password

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"

	"golang.org/x/crypto/argon2"

	"myclothes/app/shop"
)

// Cost of one hash: OWASP's first recommendation for Argon2id.
const (
	memoryKiB  = 19 * 1024
	passes     = 2
	threads    = 1
	saltBytes  = 16
	hashBytes  = 32
	concurrent = 4 // hashes computed at the same moment: bounds memory at 76 MiB
)

// ErrMismatch says that a password is not the one that was hashed.
var ErrMismatch = errors.New("password does not match")

// Hasher hashes and verifies passwords, a few at a time. Safe for concurrent use.
type Hasher struct {
	slots chan struct{}
	decoy string
}

// NewHasher returns a Hasher. It computes one hash, which takes some 20 ms.
func NewHasher() *Hasher {
	h := &Hasher{slots: make(chan struct{}, concurrent)}
	h.decoy = encode(newSalt(), rand.Text())
	return h
}

// Hash returns the hash of the password in the PHC string format, with a salt of its own.
func (h *Hasher) Hash(ctx context.Context, password string) (string, error) {
	if err := h.acquire(ctx); err != nil {
		return "", err
	}
	defer h.release()
	return encode(newSalt(), password), nil
}

// Verify returns ErrMismatch unless the hash is that of the password. An empty hash stands for an
// account that does not exist: it takes as long and never matches.
func (h *Hasher) Verify(ctx context.Context, hash, password string) error {
	if err := h.acquire(ctx); err != nil {
		return err
	}
	defer h.release()
	if hash == "" {
		hash = h.decoy
	}
	var salt, sum []byte
	var memory, time uint32
	var lanes uint8
	var encodedSalt, encodedSum string
	if _, err := fmt.Sscanf(hash, "$argon2id$v=19$m=%d,t=%d,p=%d$%22s$%43s", &memory, &time, &lanes, &encodedSalt, &encodedSum); err != nil {
		return fmt.Errorf("stored password hash is damaged: %w", err)
	}
	salt, saltErr := base64.RawStdEncoding.DecodeString(encodedSalt)
	sum, sumErr := base64.RawStdEncoding.DecodeString(encodedSum)
	if err := errors.Join(saltErr, sumErr); err != nil {
		return fmt.Errorf("stored password hash is damaged: %w", err)
	}
	if subtle.ConstantTimeCompare(argon2.IDKey([]byte(password), salt, time, memory, lanes, hashBytes), sum) != 1 {
		return ErrMismatch
	}
	return nil
}

func (h *Hasher) acquire(ctx context.Context) error {
	select {
	case h.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("too many people sign in at this moment: %w", shop.ErrUnavailable)
	}
}

func (h *Hasher) release() { <-h.slots }

func newSalt() []byte {
	salt := make([]byte, saltBytes)
	rand.Read(salt)
	return salt
}

func encode(salt []byte, password string) string {
	sum := argon2.IDKey([]byte(password), salt, passes, memoryKiB, threads, hashBytes)
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, memoryKiB, passes, threads,
		base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(sum))
}
