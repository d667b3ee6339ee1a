package secretsmanager

import (
	"slices"
	"time"
)

// The staging labels that Secrets Manager moves by itself:
// https://docs.aws.amazon.com/secretsmanager/latest/userguide/whats-in-a-secret.html
const (
	current  = "AWSCURRENT"
	previous = "AWSPREVIOUS"
)

// version is one of a secret's.
type version struct {
	resource string // id of the resource, "" if an operator put it
	id       string
	secret   string // id of the secret
	value    string
	created  time.Time
	stages   []string
}

func (v *version) has(stage string) bool { return slices.Contains(v.stages, stage) }

func (v *version) lose(stage string) {
	v.stages = slices.DeleteFunc(v.stages, func(s string) bool { return s == stage })
}

// The methods below are for who holds the lock.

// of lists the versions of a secret, the oldest first.
func (s *Versions) of(secret string) []*version {
	var found []*version
	for _, v := range s.versions {
		if v.secret == secret {
			found = append(found, v)
		}
	}
	return found
}

// find returns the version of a secret that has an id and a label, each if one is given,
// or nil.
func (s *Versions) find(secret, id, stage string) *version {
	for _, v := range s.of(secret) {
		if (id == "" || v.id == id) && (stage == "" || v.has(stage)) {
			return v
		}
	}
	return nil
}

// add takes in a version with its labels. A secret's first version is always current.
func (s *Versions) add(v *version, stages ...string) {
	if len(s.of(v.secret)) == 0 && !slices.Contains(stages, current) {
		stages = append(stages, current)
	}
	s.versions = append(s.versions, v)
	for _, stage := range stages {
		s.label(v, stage)
	}
}

// label moves a label to a version. The one that was current is the previous one then.
func (s *Versions) label(to *version, stage string) {
	from := s.find(to.secret, "", stage)
	if from == to {
		return
	}
	if from != nil {
		from.lose(stage)
	}
	to.stages = append(to.stages, stage)
	if stage == current {
		to.lose(previous)
		if from != nil {
			s.label(from, previous)
		}
	}
}
