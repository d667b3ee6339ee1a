package autoscaling

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"myclothes/local/cloud/autoscaling/fleet"
	"myclothes/local/cloud/autoscaling/refresh"
	"myclothes/local/cloud/aws"
	"myclothes/local/cloud/cloudwatch"
)

// rollBack replaces what a refresh has launched by what is saved on the group.
func (g *group) rollBack(r *refresh.Rollout, reason string) {
	r.Back(g.saved, reason)
	for _, m := range g.members {
		m.Replace = m.Roll == r
	}
	g.failures, g.retryAt = 0, time.Time{}
	g.tell(r, reason)
	g.poke()
}

// refreshFails rolls a refresh back if that is what it prefers, and ends it if not. What
// has been replaced stays so.
func (g *group) refreshFails(r *refresh.Rollout, reason string) {
	r.Reason = reason
	switch {
	case r.Status == refresh.RollbackInProgress:
		g.end(r, refresh.RollbackFailed)
	case r.Preferences.AutoRollback:
		g.rollBack(r, reason)
	default:
		g.end(r, refresh.Failed)
	}
}

// end ends a refresh. One that succeeds saves its desired configuration on the group.
func (g *group) end(r *refresh.Rollout, status refresh.Status) {
	r.End(status)
	if status == refresh.Successful && r.DesiredConfiguration != nil {
		g.saved = *r.DesiredConfiguration
	}
	for _, m := range g.members {
		m.Replace = false
	}
	g.tell(r, r.Reason)
}

// tell makes the state of a refresh part of the story.
func (g *group) tell(r *refresh.Rollout, detail string) {
	detail, _, _ = strings.Cut(strings.TrimSuffix(string(r.Status)+": "+detail, ": "), "\n")
	g.host.Log.Info("instance refresh", "group", g.name, "status", r.Status, "because", detail)
	g.host.Events.Add(aws.RefreshChanged, g.name, "", detail)
}

// roll moves a refresh on, and returns how many instances to launch and to dismiss now.
func (g *group) roll(r *refresh.Rollout) (launches, dismissals int) {
	g.judge(r)
	if !r.Running() || r.Status == refresh.Cancelling || g.suspends(fleet.ProcessLaunch, fleet.ProcessTerminate, fleet.ProcessInstanceRefresh) {
		return g.keepSize()
	}
	f := g.counts()
	r.Measure(f, g.count(fleet.ToStay, g.isWarm, func(m *fleet.Member) bool { return m.Roll == r }))
	limit, reached := r.PauseAt(g.host.Timings)
	if reached != "" {
		g.tell(r, reached)
	}
	f.Keep = min(f.Old, max(0, r.Total-limit))
	if !time.Now().Before(r.Wait) && g.replaced(r, f) {
		g.finish(r)
	}
	if !r.Running() {
		return g.keepSize()
	}
	launches, dismissals = r.Step(f, g.spec.InstanceMaintenancePolicy)
	if waiting := f.Old > f.Keep && g.victim(true) == nil; waiting && dismissals > 0 {
		r.Stall("Waiting for instances that are protected from scale in.")
		launches, dismissals = min(launches, max(0, f.Desired-f.Fresh-f.Old)), 0
	}
	return launches, dismissals
}

// counts counts the members for a refresh.
func (g *group) counts() refresh.Counts {
	return refresh.Counts{
		Desired: g.desired,
		Fresh:   g.count(fleet.ToStay), Warm: g.count(fleet.ToStay, g.isWarm),
		Old: g.count(fleet.ToReplace), OldReady: g.count(fleet.ToReplace, fleet.IsHealthy),
	}
}

// judge ends or rolls back a refresh that fails: because of an alarm, or because what it
// launches does not come up for an hour. A cancelled one ends when nothing is under way.
func (g *group) judge(r *refresh.Rollout) {
	if r.Status == refresh.Cancelling {
		if !slices.ContainsFunc(g.members, func(m *fleet.Member) bool { return m.Leaving || m.InService.IsZero() }) {
			g.end(r, refresh.Cancelled)
		}
		return
	}
	if name := g.alarmed(r.Preferences.AlarmSpecification); name != "" && r.Status != refresh.RollbackInProgress {
		g.refreshFails(r, fmt.Sprintf("CloudWatch alarm %s is in ALARM state", name))
		return
	}
	if !r.Failing.IsZero() && time.Since(r.Failing) >= g.host.Timings.Of(aws.RefreshPatience) {
		g.refreshFails(r, r.Reason)
	}
}

// alarmed returns the first of the alarms that is in ALARM, "" if none is.
func (g *group) alarmed(choice *refresh.AlarmChoice) string {
	if choice == nil || g.alarms == nil {
		return ""
	}
	for _, name := range choice.Alarms {
		if state, ok := g.alarms.State(name); ok && state == cloudwatch.InAlarm {
			return name
		}
	}
	return ""
}

// replaced says whether all that is to be replaced is, and nothing is under way.
func (g *group) replaced(r *refresh.Rollout, f refresh.Counts) bool {
	return f.Old <= f.Keep && f.Warm >= f.Desired-f.Keep && len(g.members) == f.Fresh+f.Old
}

// finish ends a refresh that has replaced what it is to replace, after its bake time.
func (g *group) finish(r *refresh.Rollout) {
	bake := g.host.Timings.Scaled(time.Duration(r.Preferences.BakeTime) * time.Second)
	switch {
	case r.Status == refresh.RollbackInProgress:
		g.end(r, refresh.RollbackSuccessful)
	case r.Status == refresh.InProgress && bake > 0:
		r.Status, r.Wait = refresh.Baking, time.Now().Add(bake)
		g.tell(r, "")
	default:
		g.end(r, refresh.Successful)
	}
}
