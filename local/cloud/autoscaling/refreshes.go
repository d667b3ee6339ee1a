package autoscaling

import (
	"slices"
	"time"

	"myclothes/local/cloud/autoscaling/fleet"
	"myclothes/local/cloud/autoscaling/refresh"
	"myclothes/local/cloud/aws"
)

// Refreshes lists the instance refreshes of a group, or with no name those of all, the
// oldest first.
func (s *Groups) Refreshes(name string) ([]refresh.Refresh, error) {
	var refreshes []refresh.Refresh
	if name != "" {
		group, err := s.find(name)
		if err != nil {
			return nil, err
		}
		return group.refreshes(), nil
	}
	for _, group := range s.groups.All() {
		refreshes = append(refreshes, group.Spec.refreshes()...)
	}
	slices.SortFunc(refreshes, func(a, b refresh.Refresh) int { return a.Started.Compare(b.Started) })
	return refreshes, nil
}

// StartRefresh begins to replace the instances of a group and returns the refresh's id.
// Errors have AWS's codes: InstanceRefreshInProgress when one runs, and ValidationError.
func (s *Groups) StartRefresh(name string, request refresh.Request) (id string, err error) {
	group, err := s.find(name)
	if err != nil {
		return "", err
	}
	return group.startRefresh(request)
}

// CancelRefresh stops the refresh or the rollback that runs, and leaves the instances as
// they are. What is launched or terminated meanwhile is waited for. Its error is
// ActiveInstanceRefreshNotFound when none runs.
func (s *Groups) CancelRefresh(name string) (id string, err error) {
	group, err := s.find(name)
	if err != nil {
		return "", err
	}
	return group.cancelRefresh()
}

// RollbackRefresh replaces what the running refresh has launched by what was saved on the
// group before. Its errors are ActiveInstanceRefreshNotFound when none runs, and
// IrreversibleInstanceRefresh: without a desired configuration, and when the version that
// is saved on the group is no number or its image is looked up.
func (s *Groups) RollbackRefresh(name string) (id string, err error) {
	group, err := s.find(name)
	if err != nil {
		return "", err
	}
	return group.rollbackRefresh()
}

// find returns the group of that name, or AWS's error.
func (s *Groups) find(name string) (*group, error) {
	for _, group := range s.groups.All() {
		if group.Spec.name == name {
			return group.Spec, nil
		}
	}
	return nil, aws.Invalid("AutoScalingGroup name not found - %s", name)
}

func (g *group) refreshes() []refresh.Refresh {
	g.mu.Lock()
	defer g.mu.Unlock()
	refreshes := make([]refresh.Refresh, len(g.rollouts))
	for i, r := range g.rollouts {
		refreshes[i] = r.Snapshot()
	}
	return refreshes
}

// refreshing returns the refresh that runs, or nil.
func (g *group) refreshing() *refresh.Rollout {
	if n := len(g.rollouts); n > 0 && g.rollouts[n-1].Running() {
		return g.rollouts[n-1]
	}
	return nil
}

func (g *group) startRefresh(request refresh.Request) (id string, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if err := request.Check(g.templates, g.saved); err != nil {
		return "", err
	}
	if g.refreshing() != nil {
		return "", aws.Error{Code: "InstanceRefreshInProgress",
			Message: "An Instance Refresh is already in progress and blocks the execution of this Instance Refresh."}
	}
	r := &refresh.Rollout{Target: g.saved, Refresh: refresh.Refresh{
		ID: aws.NewID(), Group: g.name, Status: refresh.InProgress, Started: time.Now(),
		DesiredConfiguration: request.DesiredConfiguration, Preferences: request.Preferences,
	}}
	if request.DesiredConfiguration != nil {
		r.Target = *request.DesiredConfiguration
	}
	for _, m := range g.members {
		m.Replace = !(r.Preferences.SkipMatching && g.runs(m, r.Target)) &&
			!(m.Protected && r.Preferences.ScaleInProtectedInstances == "Ignore")
	}
	r.Total = g.count(fleet.ToReplace)
	r.ToUpdate = r.Total
	g.rollouts = append(g.rollouts, r)
	g.failures, g.retryAt = 0, time.Time{}
	g.tell(r, "to version "+r.Target.Version)
	g.poke()
	return r.ID, nil
}

func (g *group) cancelRefresh() (id string, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	r := g.refreshing()
	if r == nil || r.Status == refresh.Cancelling {
		return "", refresh.ErrNone
	}
	r.Status = refresh.Cancelling
	g.tell(r, "cancelled by a request")
	g.poke()
	return r.ID, nil
}

func (g *group) rollbackRefresh() (id string, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	r := g.refreshing()
	if r == nil || r.Status == refresh.Cancelling || r.Status == refresh.RollbackInProgress {
		return "", refresh.ErrNone
	}
	why := refresh.Irreversible(g.templates, g.saved)
	if r.DesiredConfiguration == nil {
		why = "the refresh has no desired configuration"
	}
	if why != "" {
		return "", aws.Error{Code: "IrreversibleInstanceRefresh", Message: "The refresh cannot be rolled back: " + why + "."}
	}
	g.rollBack(r, "a rollback was requested")
	return r.ID, nil
}
