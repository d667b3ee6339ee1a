package autoscaling

import (
	"crypto/rand"
	"fmt"
	"slices"
	"strings"
	"time"

	"myclothes/local/cloud/aws"
	"myclothes/local/cloud/cloudwatch"
	"myclothes/local/cloud/ec2"
)

// rollout is a Refresh and how far it is.
type rollout struct {
	Refresh
	target  ec2.LaunchTemplateRef // what it launches
	warmed  int                   // of the instances that stay, how many were warm at the last look
	failing time.Time             // since when nothing comes up or can be replaced; zero if it can
	passed  int                   // checkpoints
	wait    time.Time             // when the checkpoint, or baking, is over
}

func (g *group) refreshes() []Refresh {
	g.mu.Lock()
	defer g.mu.Unlock()
	refreshes := make([]Refresh, len(g.rollouts))
	for i, r := range g.rollouts {
		refreshes[i] = r.Refresh
		if r.Rollback != nil {
			refreshes[i].Rollback = new(*r.Rollback)
		}
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

func (g *group) startRefresh(request RefreshRequest) (id string, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if err := g.checkRequest(request); err != nil {
		return "", err
	}
	if g.refreshing() != nil {
		return "", aws.Error{Code: "InstanceRefreshInProgress",
			Message: "An Instance Refresh is already in progress and blocks the execution of this Instance Refresh."}
	}
	r := &rollout{target: g.saved, Refresh: Refresh{
		ID: newRefreshID(), Group: g.name, Status: RefreshInProgress, Started: time.Now(),
		DesiredConfiguration: request.DesiredConfiguration, Preferences: request.Preferences,
	}}
	if request.DesiredConfiguration != nil {
		r.target = *request.DesiredConfiguration
	}
	for _, m := range g.members {
		m.replace = !(r.Preferences.SkipMatching && g.runs(m, r.target)) &&
			!(m.protected && r.Preferences.ScaleInProtectedInstances == "Ignore")
	}
	r.Total = g.count(toReplace)
	r.ToUpdate = r.Total
	g.rollouts = append(g.rollouts, r)
	g.failures, g.retryAt = 0, time.Time{}
	g.tell(r, "to version "+r.target.Version)
	g.poke()
	return r.ID, nil
}

// checkRequest says why AWS refuses a request. The order is that of the sentences there.
func (g *group) checkRequest(request RefreshRequest) error {
	if err := request.Preferences.check(); err != nil {
		return invalid("The request isn't valid. %v", err)
	}
	desired := request.DesiredConfiguration
	if desired != nil {
		if _, _, err := g.templates.Version(desired); err != nil {
			return invalid("%v", err)
		}
	}
	switch {
	case !request.Preferences.AutoRollback:
		return nil
	case desired == nil:
		return invalid("The request isn't valid. The AutoRollback parameter cannot be set to true when the DesiredConfiguration parameter is empty. " +
			"Set AutoRollback to false or specify a desired configuration and try again.")
	}
	if why := g.irreversible(); why != "" {
		return invalid("The request isn't valid. The AutoRollback parameter cannot be set to true: %s.", why)
	}
	return nil
}

// irreversible says why the group cannot go back to what is saved on it, "" if it can.
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/instance-refresh-rollback.html
func (g *group) irreversible() string {
	if v := g.saved.Version; v == "" || strings.HasPrefix(v, "$") {
		return "the group uses no numbered version of its launch template"
	}
	if template, _, err := g.templates.Version(&g.saved); err == nil && strings.HasPrefix(template.ImageID, "resolve:ssm:") {
		return "the group's launch template names a Systems Manager parameter instead of an image"
	}
	return ""
}

func (g *group) cancelRefresh() (id string, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	r := g.refreshing()
	if r == nil || r.Status == RefreshCancelling {
		return "", noRefresh()
	}
	r.Status = RefreshCancelling
	g.tell(r, "cancelled by a request")
	g.poke()
	return r.ID, nil
}

func (g *group) rollbackRefresh() (id string, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	r := g.refreshing()
	if r == nil || r.Status == RefreshCancelling || r.Status == RefreshRollbackInProgress {
		return "", noRefresh()
	}
	why := g.irreversible()
	if r.DesiredConfiguration == nil {
		why = "the refresh has no desired configuration"
	}
	if why != "" {
		return "", aws.Error{Code: "IrreversibleInstanceRefresh", Message: "The refresh cannot be rolled back: " + why + "."}
	}
	g.rollBack(r, "a rollback was requested")
	return r.ID, nil
}

func noRefresh() error {
	return aws.Error{Code: "ActiveInstanceRefreshNotFound", Message: "No in progress or pending Instance Refresh found."}
}

// rollBack replaces what a refresh has launched by what is saved on the group.
func (g *group) rollBack(r *rollout, reason string) {
	r.Rollback = &Rollback{Reason: reason, Started: time.Now(), Percent: r.Percent, ToUpdate: r.ToUpdate}
	r.Status, r.target, r.warmed = RefreshRollbackInProgress, g.saved, 0
	r.failing, r.wait = time.Time{}, time.Time{}
	for _, m := range g.members {
		m.replace = m.roll == r
	}
	g.failures, g.retryAt = 0, time.Time{}
	g.tell(r, reason)
	g.poke()
}

// refreshFails rolls a refresh back if that is what it prefers, and ends it if not. What
// has been replaced stays so.
func (g *group) refreshFails(r *rollout, reason string) {
	r.Reason = reason
	switch {
	case r.Status == RefreshRollbackInProgress:
		g.end(r, RefreshRollbackFailed)
	case r.Preferences.AutoRollback:
		g.rollBack(r, reason)
	default:
		g.end(r, RefreshFailed)
	}
}

// end ends a refresh. One that succeeds saves its desired configuration on the group.
func (g *group) end(r *rollout, status RefreshStatus) {
	r.Status, r.Ended = status, time.Now()
	switch status {
	case RefreshSuccessful:
		r.Percent, r.ToUpdate, r.Replaced, r.Reason = 100, 0, r.Total, ""
		if r.DesiredConfiguration != nil {
			g.saved = *r.DesiredConfiguration
		}
	case RefreshRollbackSuccessful:
		r.Percent, r.Replaced, r.Reason = 0, 0, r.Rollback.Reason
	}
	for _, m := range g.members {
		m.replace = false
	}
	g.tell(r, r.Reason)
}

// tell makes the state of a refresh part of the story.
func (g *group) tell(r *rollout, detail string) {
	detail, _, _ = strings.Cut(strings.TrimSuffix(string(r.Status)+": "+detail, ": "), "\n")
	g.host.Log.Info("instance refresh", "group", g.name, "status", r.Status, "because", detail)
	g.host.Events.Add(aws.RefreshChanged, g.name, "", detail)
}

// newRefreshID returns an id in the form of AWS's.
func newRefreshID() string {
	id := make([]byte, 16)
	_, _ = rand.Read(id) // never fails
	return fmt.Sprintf("%x-%x-%x-%x-%x", id[:4], id[4:6], id[6:8], id[8:10], id[10:])
}

// roll moves a refresh on, and returns how many instances to launch and to dismiss now.
func (g *group) roll(r *rollout) (launches, dismissals int) {
	g.judge(r)
	if !r.Running() || r.Status == RefreshCancelling || g.suspends(processLaunch, processTerminate, processInstanceRefresh) {
		return g.keepSize()
	}
	f := g.fleet()
	g.measure(r, f)
	limit := g.pauseAt(r)
	f.keep = min(f.old, max(0, r.Total-limit))
	if !time.Now().Before(r.wait) && g.replaced(r, f) {
		g.finish(r)
	}
	if !r.Running() {
		return g.keepSize()
	}
	launches, dismissals = g.paceOf(r).step(f)
	if waiting := f.old > f.keep && g.victim(true) == nil; waiting && dismissals > 0 {
		g.stall(r, "Waiting for instances that are protected from scale in.")
		launches, dismissals = min(launches, max(0, f.desired-f.fresh-f.old)), 0
	}
	return launches, dismissals
}

func (g *group) fleet() fleet {
	return fleet{
		desired: g.desired,
		fresh:   g.count(toStay), warm: g.count(toStay, g.isWarm),
		old: g.count(toReplace), oldReady: g.count(toReplace, isHealthy),
	}
}

// judge ends or rolls back a refresh that fails: because of an alarm, or because what it
// launches does not come up for an hour. A cancelled one ends when nothing is under way.
func (g *group) judge(r *rollout) {
	if r.Status == RefreshCancelling {
		if !slices.ContainsFunc(g.members, func(m *member) bool { return m.leaving || m.inService.IsZero() }) {
			g.end(r, RefreshCancelled)
		}
		return
	}
	if name := g.alarmed(r.Preferences.AlarmSpecification); name != "" && r.Status != RefreshRollbackInProgress {
		g.refreshFails(r, fmt.Sprintf("CloudWatch alarm %s is in ALARM state", name))
		return
	}
	if !r.failing.IsZero() && time.Since(r.failing) >= g.host.Timings.Of(aws.RefreshPatience) {
		g.refreshFails(r, r.Reason)
	}
}

// alarmed returns the first of the alarms that is in ALARM, "" if none is.
func (g *group) alarmed(choice *AlarmChoice) string {
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

// measure takes in how far a refresh is.
func (g *group) measure(r *rollout, f fleet) {
	if f.warm > r.warmed {
		r.failing, r.Reason = time.Time{}, ""
	}
	r.warmed = f.warm
	if b := r.Rollback; b != nil {
		deployed := max(1, r.Total-b.ToUpdate)
		r.Percent = min(r.Percent, b.Percent*min(f.old, deployed)/deployed)
		r.Replaced = min(r.Replaced, f.old)
		return
	}
	r.Replaced = min(r.Total, g.count(toStay, g.isWarm, func(m *member) bool { return m.roll == r }))
	r.Percent = 100 * r.Replaced / max(1, r.Total)
	r.ToUpdate = r.Total - r.Replaced
}

// pauseAt returns how many instances the refresh may have replaced now, and begins to wait
// when that many are.
func (g *group) pauseAt(r *rollout) int {
	percentages := r.Preferences.CheckpointPercentages
	if r.Rollback != nil || len(percentages) == 0 {
		return r.Total
	}
	limit, next := checkpoint(percentages, r.passed, r.Total, r.Replaced)
	switch {
	case next == len(percentages):
		limit = percentOf(r.Total, percentages[next-1])
	case r.Replaced < limit || limit == r.Total:
	case r.passed <= next:
		r.passed = next + 1
		if r.passed < len(percentages) {
			r.wait = time.Now().Add(g.host.Timings.Scaled(seconds(r.Preferences.CheckpointDelay, 3600)))
		}
		r.Reason = fmt.Sprintf("Checkpoint of %d%% reached.", percentages[next])
		g.tell(r, r.Reason)
	}
	if time.Now().Before(r.wait) {
		return min(limit, r.Replaced)
	}
	return limit
}

// replaced says whether all that is to be replaced is, and nothing is under way.
func (g *group) replaced(r *rollout, f fleet) bool {
	return f.old <= f.keep && f.warm >= f.desired-f.keep && len(g.members) == f.fresh+f.old
}

// finish ends a refresh that has replaced what it is to replace, after its bake time.
func (g *group) finish(r *rollout) {
	bake := g.host.Timings.Scaled(time.Duration(r.Preferences.BakeTime) * time.Second)
	switch {
	case r.Status == RefreshRollbackInProgress:
		g.end(r, RefreshRollbackSuccessful)
	case r.Status == RefreshInProgress && bake > 0:
		r.Status, r.wait = RefreshBaking, time.Now().Add(bake)
		g.tell(r, "")
	default:
		g.end(r, RefreshSuccessful)
	}
}

// stall notes why a refresh is not further, and since when.
func (g *group) stall(r *rollout, reason string) {
	if r.failing.IsZero() {
		r.failing = time.Now()
	}
	r.Reason = reason
}

// paceOf returns the percentages of a refresh: its own, the group's or AWS's.
func (g *group) paceOf(r *rollout) pace {
	p := pace{90, 100}
	if policy := g.spec.InstanceMaintenancePolicy; policy != nil {
		p = pace{policy.MinHealthyPercentage, policy.MaxHealthyPercentage}
	}
	if least := r.Preferences.MinHealthyPercentage; least != nil {
		p = pace{*least, 100}
	}
	if most := r.Preferences.MaxHealthyPercentage; most != nil {
		p.most = *most
	}
	return p
}
