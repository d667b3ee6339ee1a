package autoscaling

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"myclothes/local/cloud/autoscaling/scaling"
	"myclothes/local/cloud/aws"
)

// Policies implements Service[scaling.Policy].
type Policies struct{ groups *Groups }

// Policies are the scaling policies of the groups.
func (s *Groups) Policies() *Policies { return &Policies{s} }

// Create adds a policy to its group.
func (s *Policies) Create(_ context.Context, r aws.Resource, spec scaling.Policy) (aws.Outputs, error) {
	g, err := s.groups.find(spec.GroupName)
	if err == nil {
		err = spec.Check()
	}
	if err != nil {
		return nil, fmt.Errorf("scaling policy %s: %w", r.Name, err)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.policies[r.ID] = spec
	return nil, nil
}

// Update changes a policy.
func (s *Policies) Update(ctx context.Context, r aws.Resource, spec scaling.Policy) (aws.Outputs, error) {
	return s.Create(ctx, r, spec)
}

// Delete takes a policy from its group. Policies of a group that is deleted go with it.
func (s *Policies) Delete(_ context.Context, r aws.Resource) error {
	s.groups.each(func(g *group) { delete(g.policies, r.ID) })
	return nil
}

// Describe lists the policies of a group, or with no name those of all, in the order of
// their names.
func (s *Policies) Describe(group string) ([]scaling.Named, error) {
	names := s.groups.Names()
	if group != "" {
		names = []string{group}
	}
	var all []scaling.Named
	for _, name := range names {
		g, err := s.groups.find(name)
		if err != nil {
			return nil, err
		}
		g.mu.Lock()
		for _, id := range slices.Sorted(maps.Keys(g.policies)) {
			all = append(all, scaling.Named{Name: id, Policy: g.policies[id]})
		}
		g.mu.Unlock()
	}
	return all, nil
}
