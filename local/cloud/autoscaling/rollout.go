package autoscaling

import (
	"strconv"
	"time"

	"myclothes/local/cloud/aws"
)

// rollout is a Refresh and what it goes back to.
type rollout struct {
	Refresh
	from int // version of the launch template
}

func (g *group) refreshes() []Refresh {
	g.mu.Lock()
	defer g.mu.Unlock()
	refreshes := make([]Refresh, len(g.rollouts))
	for i, r := range g.rollouts {
		refreshes[i] = r.Refresh
	}
	return refreshes
}

// refreshing returns the refresh that runs, or nil.
func (g *group) refreshing() *rollout {
	if n := len(g.rollouts); n > 0 && g.rollouts[n-1].Running() {
		return g.rollouts[n-1]
	}
	return nil
}

// changeVersion makes version the one to launch and, if a refresh is declared,
// starts one. It cancels one that runs, but goes back to where that came from.
func (g *group) changeVersion(version int) {
	from := g.version
	if r := g.refreshing(); r != nil {
		from = r.from
		r.end(RefreshCancelled, "a newer version was declared")
	}
	if version == g.version {
		return
	}
	g.version = version
	if g.spec.InstanceRefresh == nil {
		return
	}
	g.rollouts = append(g.rollouts, &rollout{from: from, Refresh: Refresh{
		Group: g.name, Status: RefreshInProgress, Total: g.desired, Started: time.Now(),
	}})
	g.log.Info("instance refresh started", "group", g.name, "from version", from, "to version", version)
}

func (r *rollout) end(status RefreshStatus, reason string) {
	r.Status, r.Ended = status, time.Now()
	if r.Reason == "" {
		r.Reason = reason
	}
}

// refreshFailed goes back to the version before if that is declared, once.
func (g *group) refreshFailed(r *rollout, err error) {
	switch {
	case r.Status == RefreshRollbackInProgress:
		r.end(RefreshRollbackFailed, "")
	case !g.spec.InstanceRefresh.Preferences.AutoRollback:
		r.end(RefreshFailed, err.Error())
	default:
		r.Status, r.Reason = RefreshRollbackInProgress, err.Error()
		g.version, g.failures, g.retryAt = r.from, 0, time.Time{}
	}
	g.log.Warn("instance refresh failed", "group", g.name, "status", r.Status, "because", err)
}

// step returns how many instances to launch and to dismiss now.
func (g *group) step() (launches, dismissals int) {
	r := g.refreshing()
	if r == nil {
		active := g.count()
		return max(0, g.desired-active), max(0, active-g.desired)
	}
	f := fleet{
		desired: g.desired,
		fresh:   g.count(g.current), warm: g.count(g.current, g.isWarm),
		old: g.count(g.outdated), oldReady: g.count(g.outdated, g.isReady),
	}
	r.Replaced = min(f.warm, r.Total)
	r.Percent = 100 * r.Replaced / max(1, r.Total)
	if f.old == 0 && f.warm >= f.desired && len(g.members) == f.fresh {
		status := RefreshSuccessful
		if r.Status == RefreshRollbackInProgress {
			status = RefreshRollbackSuccessful
		}
		r.end(status, "")
		g.log.Info("instance refresh ended", "group", g.name, "status", status)
	}
	return g.spec.InstanceRefresh.Preferences.step(f)
}

// isWarm says whether a member serves and its warm-up is over.
func (g *group) isWarm(m *member) bool {
	return g.isReady(m) && time.Since(m.ready) >= g.warmup()
}

func (g *group) warmup() time.Duration {
	if g.spec.InstanceRefresh != nil {
		if declared, err := strconv.Atoi(g.spec.InstanceRefresh.Preferences.InstanceWarmup.String()); err == nil {
			return time.Duration(declared) * time.Second
		}
	}
	return aws.Seconds(g.spec.HealthCheckGracePeriod, 300)
}

// fleet counts a group's instances during a refresh, without those that leave.
type fleet struct {
	desired  int
	fresh    int // of the new version
	warm     int // of these, those that serve and are warm
	old      int
	oldReady int
}

// step returns what to do next within the percentages of the desired capacity that
// must serve and may exist. If these leave no room, one instance is replaced after
// the other, and capacity is short by one meanwhile.
func (p RefreshPreferences) step(f fleet) (launches, dismissals int) {
	least := (f.desired*percent(p.MinHealthyPercentage, 90) + 99) / 100
	most := (f.desired*percent(p.MaxHealthyPercentage, 100) + 99) / 100
	if most <= f.desired {
		least = min(least, f.desired-1)
	}
	spare := max(0, f.warm+f.oldReady-least)
	dismissals = min(f.old, f.old-f.oldReady+spare)
	if f.old == 0 {
		dismissals = max(0, f.fresh-f.desired) // a smaller capacity was declared
	}
	launches = max(0, min(f.desired-f.fresh, most-f.fresh-(f.old-dismissals)))
	return launches, dismissals
}

func percent(declared *int, otherwise int) int {
	if declared != nil {
		return *declared
	}
	return otherwise
}
