package provider

import (
	"crypto/rand"
	"crypto/sha256"
	"io"
	mathrand "math/rand/v2"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// source is where the values come from that AWS makes up. The zero source is the
// system's randomness. With a seed, what it gives follows from the seed and from
// what is asked for, so that two runs of one declaration get the same.
type source struct{ seeded string }

// of returns the randomness for the thing of that name.
func (s source) of(name string) io.Reader {
	if s.seeded == "" {
		return rand.Reader
	}
	return mathrand.NewChaCha8(sha256.Sum256([]byte(s.seeded + "\x00" + name)))
}

// seed returns what the name of a resource is made up from: the engine's seed,
// which makes a plan and its update agree, unless the source has one.
func (s source) seed(req *pulumirpc.CheckRequest) []byte {
	if s.seeded == "" {
		return req.GetRandomSeed()
	}
	seed := sha256.Sum256([]byte(s.seeded + "\x00" + req.GetUrn()))
	return seed[:]
}
