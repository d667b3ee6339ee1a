package lazy

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math/rand/v2"
	"strconv"
	"time"

	"myclothes/app/shop"
)

// An entry is the position that the value is as of, in decimal, a colon, and the value's JSON, or nothing
// if there is no such value. The position stands in front for the scripts.

// encode returns the entry for what a load returned and how long to keep it; not ok if it is not to be kept.
func (c *Cache[V]) encode(value V, at shop.Position, err error) (entry string, ttl time.Duration, ok bool) {
	prefix := strconv.FormatInt(int64(at), 10) + ":"
	if errors.Is(err, c.cfg.Missing) {
		return prefix, jitter(c.cfg.MissingTTL), true
	}
	if err != nil {
		return "", 0, false
	}
	document, err := json.Marshal(value)
	return prefix + string(document), jitter(c.cfg.TTL), err == nil
}

// decode returns what an entry stands for; not ok if it cannot be one of this release.
func (c *Cache[V]) decode(entry string) (value V, err error, ok bool) {
	_, document, _ := bytes.Cut([]byte(entry), []byte(":"))
	if len(document) == 0 {
		c.metrics.count(negative)
		return value, c.cfg.Missing, true
	}
	decoder := json.NewDecoder(bytes.NewReader(document))
	decoder.DisallowUnknownFields()
	if decoder.Decode(&value) != nil {
		return value, nil, false
	}
	if _, err := decoder.Token(); err != io.EOF {
		return value, nil, false
	}
	c.metrics.count(hit)
	return value, nil, true
}

// jitter is the duration give or take a tenth, so that what was loaded at the same moment does not expire
// at the same moment.
func jitter(d time.Duration) time.Duration {
	return time.Duration(float64(d) * (0.9 + 0.2*rand.Float64()))
}
