package autoscaling

import (
	"maps"
	"slices"
)

// NamedPolicy is a scaling policy and its name.
type NamedPolicy struct {
	Name string
	Policy
}

// Describe lists the policies of a group, or with no name those of all, in the order of
// their names.
func (s *Policies) Describe(group string) ([]NamedPolicy, error) {
	names := s.groups.Names()
	if group != "" {
		names = []string{group}
	}
	var all []NamedPolicy
	for _, name := range names {
		g, err := s.groups.find(name)
		if err != nil {
			return nil, err
		}
		g.mu.Lock()
		for _, id := range slices.Sorted(maps.Keys(g.policies)) {
			all = append(all, NamedPolicy{id, g.policies[id]})
		}
		g.mu.Unlock()
	}
	return all, nil
}
