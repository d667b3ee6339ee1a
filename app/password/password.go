// Package password hashes passwords with Argon2id, a hash that costs an attacker memory.
package password

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"runtime"
	"time"

	"golang.org/x/crypto/argon2"
)

// Cost is what one hash takes, on one processor.
type Cost struct {
	MemoryKiB uint32
	Passes    uint32
}

// Recommended is OWASP's first recommendation for Argon2id.
var Recommended = Cost{MemoryKiB: 19 * 1024, Passes: 2}

const (
	threads   = 1
	saltBytes = 16
	hashBytes = 32
)

// patience is how long a hash waits until others are done.
const patience = time.Second

// ErrMismatch says that a password is not the one that was hashed.
var ErrMismatch = errors.New("password does not match")

// ErrBusy says that a password was not looked at, because so many others were before it that it would have had to
// wait for longer than a second.
var ErrBusy = errors.New("too many passwords are being hashed")

// Hasher hashes and verifies passwords on half the processors, so that the others go on answering requests: a hash
// of the recommended cost keeps one busy for some 20 ms. Safe for concurrent use.
type Hasher struct {
	cost     Cost
	slots    chan struct{}
	patience time.Duration
	decoy    string
}

// NewHasher returns a Hasher. It computes one hash.
func NewHasher(cost Cost) *Hasher {
	h := &Hasher{cost: cost, slots: make(chan struct{}, slotsOf(runtime.GOMAXPROCS(0))), patience: patience}
	h.decoy = h.encode(newSalt(), rand.Text())
	return h
}

// slotsOf says how many hashes are computed at the same moment. Each takes 19 MiB at the recommended cost.
func slotsOf(processors int) int { return max(1, processors/2) }

// Hash returns the hash of the password in the PHC string format, with a salt of its own, or ErrBusy.
func (h *Hasher) Hash(ctx context.Context, password string) (string, error) {
	if err := h.acquire(ctx); err != nil {
		return "", err
	}
	defer h.release()
	return h.encode(newSalt(), password), nil
}

// Verify returns ErrMismatch unless the hash is that of the password. An empty hash stands for an
// account that does not exist: it takes as long and never matches. ErrBusy says nothing about the password.
func (h *Hasher) Verify(ctx context.Context, hash, password string) error {
	if err := h.acquire(ctx); err != nil {
		return err
	}
	defer h.release()
	if hash == "" {
		hash = h.decoy
	}
	var salt, sum []byte
	var memory, rounds uint32
	var lanes uint8
	var encodedSalt, encodedSum string
	if _, err := fmt.Sscanf(hash, "$argon2id$v=19$m=%d,t=%d,p=%d$%22s$%43s", &memory, &rounds, &lanes, &encodedSalt, &encodedSum); err != nil {
		return fmt.Errorf("stored password hash is damaged: %w", err)
	}
	salt, saltErr := base64.RawStdEncoding.DecodeString(encodedSalt)
	sum, sumErr := base64.RawStdEncoding.DecodeString(encodedSum)
	if err := errors.Join(saltErr, sumErr); err != nil {
		return fmt.Errorf("stored password hash is damaged: %w", err)
	}
	if subtle.ConstantTimeCompare(argon2.IDKey([]byte(password), salt, rounds, memory, lanes, hashBytes), sum) != 1 {
		return ErrMismatch
	}
	return nil
}

func (h *Hasher) acquire(ctx context.Context) error {
	waited := time.NewTimer(h.patience)
	defer waited.Stop()
	select {
	case h.slots <- struct{}{}:
		return nil
	case <-waited.C:
		return ErrBusy
	case <-ctx.Done():
		return fmt.Errorf("password: %w", context.Cause(ctx))
	}
}

func (h *Hasher) release() { <-h.slots }

func newSalt() []byte {
	salt := make([]byte, saltBytes)
	rand.Read(salt)
	return salt
}

func (h *Hasher) encode(salt []byte, password string) string {
	sum := argon2.IDKey([]byte(password), salt, h.cost.Passes, h.cost.MemoryKiB, threads, hashBytes)
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, h.cost.MemoryKiB, h.cost.Passes, threads,
		base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(sum))
}
