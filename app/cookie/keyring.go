package cookie

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"fmt"
	"sync"
	"time"

	"myclothes/app/shop"
)

// Keys is the JSON of the secret: the first key encrypts, all decrypt. To change keys, put the new one at
// the front and leave the old one behind it for as long as a session lives.
type Keys struct {
	Keys [][]byte `json:"keys"` // 32 bytes each; base64 in JSON
}

// Secret is where the keys are kept. Expire makes the next Value read them again.
type Secret interface {
	Value(ctx context.Context) (Keys, error)
	Expire()
}

const (
	keySize   = 32 // bytes: AES-256
	keyIDSize = 4
	// Anybody can send a cookie that names a key nobody has, so they make the keys be read again at most
	// this often. After a change of keys it is how long an instance may take for an empty cart what another
	// one has just encrypted.
	rereadAfter = time.Second
)

// keyID names a key in cookies: the beginning of its SHA-256, which says nothing about it.
type keyID [keyIDSize]byte

// key is one that is ready for use.
type key struct {
	id   keyID
	aead cipher.AEAD // with a random nonce before, and a tag after the text
}

// keyring remembers the keys and reads them again when a cookie names one that it does not have. When
// they cannot be read again the ones it has stay.
type keyring struct {
	secret Secret

	mu    sync.Mutex
	keys  []key     // the first encrypts; never modified
	asked time.Time // when they were last read, or tried to be
}

// current returns the keys; the first encrypts. The error wraps shop.ErrUnavailable.
func (k *keyring) current(ctx context.Context) ([]key, error) {
	k.mu.Lock()
	keys := k.keys
	k.mu.Unlock()
	if keys != nil {
		return keys, nil
	}
	return k.read(ctx)
}

// find returns the key with the identifier, or nil.
func (k *keyring) find(ctx context.Context, id keyID) (*key, error) {
	keys, err := k.current(ctx)
	if err != nil {
		return nil, err
	}
	if found := pick(keys, id); found != nil || !k.mayAsk() {
		return found, nil
	}
	k.secret.Expire()
	if keys, err = k.read(ctx); err != nil {
		return nil, nil // the keys that there are go on; this one is unknown
	}
	return pick(keys, id), nil
}

func pick(keys []key, id keyID) *key {
	for i := range keys {
		if keys[i].id == id {
			return &keys[i]
		}
	}
	return nil
}

func (k *keyring) mayAsk() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if time.Since(k.asked) < rereadAfter {
		return false
	}
	k.asked = time.Now()
	return true
}

func (k *keyring) read(ctx context.Context) ([]key, error) {
	value, err := k.secret.Value(ctx)
	if err != nil {
		return nil, fmt.Errorf("keys of cookies: %w: %w", shop.ErrUnavailable, err)
	}
	keys, err := prepare(value)
	if err != nil {
		k.secret.Expire() // somebody will mend it
		return nil, fmt.Errorf("keys of cookies: %w: %w", shop.ErrUnavailable, err)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.keys, k.asked = keys, time.Now()
	return keys, nil
}

// prepare checks the keys. Its errors do not quote them.
func prepare(value Keys) ([]key, error) {
	if len(value.Keys) == 0 {
		return nil, fmt.Errorf(`the secret has no "keys": put one of %d random bytes there, in base64`, keySize)
	}
	keys := make([]key, 0, len(value.Keys))
	for i, secret := range value.Keys {
		if len(secret) != keySize {
			return nil, fmt.Errorf("key %d of the secret has %d bytes: each must have %d", i+1, len(secret), keySize)
		}
		block, err := aes.NewCipher(secret)
		if err != nil {
			return nil, err
		}
		aead, err := cipher.NewGCMWithRandomNonce(block)
		if err != nil {
			return nil, err
		}
		sum := sha256.Sum256(secret)
		keys = append(keys, key{id: keyID(sum[:keyIDSize]), aead: aead})
	}
	return keys, nil
}
