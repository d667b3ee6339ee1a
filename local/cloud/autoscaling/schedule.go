package autoscaling

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"myclothes/local/cloud/autoscaling/fleet"
	"myclothes/local/cloud/autoscaling/scaling"
	"myclothes/local/cloud/aws"
)

// runSchedules performs the actions that are due.
func (g *group) runSchedules(now time.Time) {
	for _, id := range slices.Sorted(maps.Keys(g.schedules)) {
		a := g.schedules[id]
		if a.Due.IsZero() || now.Before(a.Due) {
			continue
		}
		if !g.suspends(fleet.ProcessScheduledActions) {
			g.perform(a, id)
		}
		a.Due = a.Next(now)
	}
}

// perform sets sizes, or notes that an action fails.
func (g *group) perform(a *scaling.Action, id string) {
	bounds, size, err := a.Apply(g.bounds, g.desired)
	if err != nil {
		g.begin("Scheduled action: "+id, "it is due").End(fleet.ActivityFailed, err.Error())
		return
	}
	g.bounds = bounds
	g.scale(size, "scheduled action "+id)
}

// Schedules implements Service[scaling.Schedule].
type Schedules struct{ groups *Groups }

// Schedules are the scheduled actions of the groups.
func (s *Groups) Schedules() *Schedules { return &Schedules{s} }

// Create adds an action to its group.
func (s *Schedules) Create(_ context.Context, r aws.Resource, spec scaling.Schedule) (aws.Outputs, error) {
	g, err := s.groups.find(spec.GroupName)
	if err != nil {
		return nil, fmt.Errorf("scheduled action %s: %w", r.Name, err)
	}
	a, err := scaling.NewAction(spec, time.Now())
	if err != nil {
		return nil, fmt.Errorf("scheduled action %s: %w", r.Name, err)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.schedules[r.ID] = a
	g.poke()
	return nil, nil
}

// Update changes an action.
func (s *Schedules) Update(ctx context.Context, r aws.Resource, spec scaling.Schedule) (aws.Outputs, error) {
	return s.Create(ctx, r, spec)
}

// Delete takes an action from its group.
func (s *Schedules) Delete(_ context.Context, r aws.Resource) error {
	s.groups.each(func(g *group) { delete(g.schedules, r.ID) })
	return nil
}
