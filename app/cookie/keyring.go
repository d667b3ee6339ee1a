package cookie

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/jellydator/ttlcache/v3"

	"myclothes/app/shop"
)

// Keys is the JSON of the secret: the first key encrypts, all decrypt. To change keys without losing a cart, put the
// new one last; when all instances have read the secret again, which takes them a few minutes, put it first; and leave
// the old one behind it for as long as a session lives. What was encrypted with a key that is dropped is an empty cart
// from then on. If a key is to come back, it begins last again.
type Keys struct {
	Keys [][]byte `json:"keys"` // 32 bytes each; base64 in JSON
}

// Secret is where the keys are kept. Value is as of some minutes ago at most; Fresh is as of a moment after the call,
// and may take a second; Expire says that the value cannot be used.
type Secret interface {
	Value(ctx context.Context) (Keys, error)
	Fresh(ctx context.Context) (Keys, error)
	Expire()
}

const (
	keySize   = 32 // bytes: AES-256
	keyIDSize = 4
	// A key that the secret lacks is taken for dropped when it lacks it still after this time: until then another
	// instance may have been told of a new key a moment earlier than this one.
	droppedAfter = 5 * time.Second
	// Anybody can send cookies that name keys nobody has. This many are remembered, those that were named last; they
	// take some 5 MB. While strangers name fewer than a thousand new ones a second, that is for 20 seconds at least:
	// longer than it takes to know that a key is dropped, and whoever comes back with it keeps it known.
	mostAbsent = 20_000
)

// keyID names a key in cookies: the beginning of its SHA-256, which says nothing about it.
type keyID [keyIDSize]byte

// key is one that is ready for use.
type key struct {
	id   keyID
	aead cipher.AEAD // with a random nonce before, and a tag after the text
}

// keyring makes the keys of the secret ready for use.
type keyring struct {
	secret Secret

	mu     sync.Mutex
	of     Keys                              // what keys was made from
	keys   []key                             // the first encrypts; never modified
	absent *ttlcache.Cache[keyID, time.Time] // keys that of lacks, since when; a zero time: for good
}

// current returns the keys; the first encrypts. The error wraps shop.ErrUnavailable. While the secret holds nothing
// that can be used, the keys that there are go on.
func (k *keyring) current(ctx context.Context) ([]key, error) {
	value, err := k.secret.Value(ctx)
	if err != nil {
		return nil, away(err)
	}
	keys, err := k.take(value)
	if keys != nil {
		return keys, nil
	}
	return nil, err
}

// find returns the key with the identifier; nil if there is none any more, or never was. As long as it may be on its
// way to this instance the error wraps shop.ErrUnavailable.
func (k *keyring) find(ctx context.Context, id keyID) (*key, error) {
	keys, err := k.current(ctx)
	if err != nil {
		return nil, err
	}
	if found := pick(keys, id); found != nil || k.dropped(id) {
		return found, nil
	}
	value, err := k.secret.Fresh(ctx)
	if err != nil {
		return nil, away(err)
	}
	if keys, err = k.take(value); err != nil {
		return nil, err
	}
	if found := pick(keys, id); found != nil || k.miss(id) {
		return found, nil
	}
	return nil, fmt.Errorf("key %x of a cookie: %w: the secret does not have it yet, or not any more", id, shop.ErrUnavailable)
}

func away(err error) error {
	return fmt.Errorf("keys of cookies: %w: %w", shop.ErrUnavailable, err)
}

func pick(keys []key, id keyID) *key {
	for i := range keys {
		if keys[i].id == id {
			return &keys[i]
		}
	}
	return nil
}

// dropped says that the key is known to be none of the secret's.
func (k *keyring) dropped(id keyID) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	absent := k.absent.Get(id)
	return absent != nil && absent.Value().IsZero()
}

// miss notes that the secret lacks the key, and says whether it has done so for long enough.
func (k *keyring) miss(id keyID) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	absent := k.absent.Get(id)
	switch {
	case absent == nil:
		k.absent.Set(id, time.Now(), ttlcache.NoTTL)
		return false
	case absent.Value().IsZero():
		return true
	case time.Since(absent.Value()) >= droppedAfter:
		k.absent.Set(id, time.Time{}, ttlcache.NoTTL)
		return true
	}
	return false
}

// take makes the value's keys those of the ring, and returns them. With an error, the value cannot be used, and the
// keys are those before.
func (k *keyring) take(value Keys) ([]key, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.keys != nil && slices.EqualFunc(k.of.Keys, value.Keys, bytes.Equal) {
		return k.keys, nil
	}
	keys, err := prepare(value)
	if err != nil {
		k.secret.Expire() // somebody will mend it
		return k.keys, away(err)
	}
	k.of, k.keys = value, keys
	k.absent = ttlcache.New(ttlcache.WithCapacity[keyID, time.Time](mostAbsent))
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
