package datastore

import (
	"fmt"
	"sync"

	"myclothes/local/cloud/aws"
)

// Snapshots are the names of a service's snapshots, which nothing deletes: they outlive
// what they are of, for as long as the cloud runs. Their data is not kept.
type Snapshots struct {
	exists aws.Error // when the name is taken; %s is the name

	mu   sync.Mutex
	kept map[string]string // what each is of
}

// NewSnapshots returns none yet. exists is AWS's error for a name that is taken, in whose
// message %s is the name.
func NewSnapshots(exists aws.Error) *Snapshots {
	return &Snapshots{exists: exists, kept: map[string]string{}}
}

// Take keeps a snapshot, whose name must be new.
func (s *Snapshots) Take(name, of string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, taken := s.kept[name]; taken {
		return aws.Error{Code: s.exists.Code, Message: fmt.Sprintf(s.exists.Message, name)}
	}
	s.kept[name] = of
	return nil
}
