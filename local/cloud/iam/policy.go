package iam

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Check returns an error if a policy document cannot be read, or says something that is
// not evaluated here: it is refused when it is declared, not when it is first asked.
func Check(document string) error {
	_, err := parse(document)
	return err
}

// statement is one of a policy's.
type statement struct {
	Sid         string
	Effect      string
	Principal   *principals
	Action      oneOrMore[string]
	NotAction   oneOrMore[string]
	Resource    oneOrMore[string]
	NotResource oneOrMore[string]
	Condition   map[string]map[string]oneOrMore[scalar]
}

func parse(document string) ([]statement, error) {
	var policy struct {
		Version, ID string
		Statement   oneOrMore[statement]
	}
	if err := strict([]byte(document), &policy); err != nil {
		return nil, fmt.Errorf("policy document: %w", err)
	}
	for i, s := range policy.Statement {
		if err := s.check(); err != nil {
			return nil, fmt.Errorf("policy document: statement %d: %w", i+1, err)
		}
	}
	return policy.Statement, nil
}

// strict reads JSON that has no element which AWS, or this package, does not know.
func strict(data []byte, to any) error {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	return decoder.Decode(to)
}

// check refuses what AWS does, and what nothing here evaluates.
func (s statement) check() error {
	switch {
	case s.Effect != "Allow" && s.Effect != "Deny":
		return fmt.Errorf("effect %q: it is Allow or Deny", s.Effect)
	case (len(s.Action) > 0) == (len(s.NotAction) > 0):
		return errors.New("it needs Action or NotAction, and not both")
	case len(s.Resource) > 0 && len(s.NotResource) > 0:
		return errors.New("it has both Resource and NotResource")
	}
	for _, pattern := range slices.Concat(s.Resource, s.NotResource) {
		if strings.Contains(pattern, "${") {
			return fmt.Errorf("the policy variable in %s is not evaluated in the local cloud", pattern)
		}
	}
	for operator, keys := range s.Condition {
		if operators[operator] == nil {
			return fmt.Errorf("the condition operator %s is not evaluated in the local cloud", operator)
		}
		for key := range keys {
			if !slices.Contains(contextKeys, strings.ToLower(key)) {
				return fmt.Errorf("the condition key %s is not evaluated in the local cloud, which knows %s", key, strings.Join(contextKeys, ", "))
			}
		}
	}
	return nil
}

// principals are who a statement of a resource's policy is about: "*", or lists by kind.
type principals struct {
	Everybody bool
	AWS       oneOrMore[string]
	Service   oneOrMore[string]
	Federated oneOrMore[string]
}

// UnmarshalJSON takes "*", or an object.
func (p *principals) UnmarshalJSON(data []byte) error {
	if string(data) == `"*"` {
		p.Everybody = true
		return nil
	}
	var lists struct{ AWS, Service, Federated oneOrMore[string] }
	if err := strict(data, &lists); err != nil {
		return fmt.Errorf("principal: %w", err)
	}
	p.AWS, p.Service, p.Federated = lists.AWS, lists.Service, lists.Federated
	return nil
}

// oneOrMore is a list in IAM's JSON, where a list of one may lose its brackets.
type oneOrMore[T any] []T

// UnmarshalJSON takes a list, or what would be its only item.
func (l *oneOrMore[T]) UnmarshalJSON(data []byte) error {
	if strings.HasPrefix(string(data), "[") {
		return strict(data, (*[]T)(l))
	}
	*l = make([]T, 1)
	return strict(data, &(*l)[0])
}

// scalar is a value of a condition: a string, or a number or truth value that stands for
// one.
type scalar string

// UnmarshalJSON takes the value without its quotes.
func (s *scalar) UnmarshalJSON(data []byte) error {
	var text string
	if json.Unmarshal(data, &text) == nil {
		*s = scalar(text)
		return nil
	}
	*s = scalar(data)
	return nil
}
