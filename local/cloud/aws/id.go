package aws

import (
	"crypto/rand"
	"fmt"
)

// NewID returns an id in the form of those that AWS gives to what is done.
func NewID() string {
	id := make([]byte, 16)
	_, _ = rand.Read(id) // never fails
	return fmt.Sprintf("%x-%x-%x-%x-%x", id[:4], id[4:6], id[6:8], id[8:10], id[10:])
}
