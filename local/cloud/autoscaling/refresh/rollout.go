package refresh

import (
	"fmt"
	"time"

	"myclothes/local/cloud/aws"
	"myclothes/local/cloud/ec2"
)

// Rollout is a Refresh and how far it is.
type Rollout struct {
	Refresh
	Target  ec2.LaunchTemplateRef // what it launches
	Failing time.Time             // since when nothing comes up or can be replaced; zero if it can
	Wait    time.Time             // when the checkpoint, or baking, is over
	warmed  int                   // of the instances that stay, how many were warm at the last look
	passed  int                   // checkpoints
}

// Snapshot returns the refresh as it is now.
func (r *Rollout) Snapshot() Refresh {
	now := r.Refresh
	if r.Rollback != nil {
		now.Rollback = new(*r.Rollback)
	}
	return now
}

// Back begins to go back to a version.
func (r *Rollout) Back(to ec2.LaunchTemplateRef, reason string) {
	r.Rollback = &Rollback{Reason: reason, Started: time.Now(), Percent: r.Percent, ToUpdate: r.ToUpdate}
	r.Status, r.Target, r.warmed = RollbackInProgress, to, 0
	r.Failing, r.Wait = time.Time{}, time.Time{}
}

// End notes how the refresh came to its end.
func (r *Rollout) End(status Status) {
	r.Status, r.Ended = status, time.Now()
	switch status {
	case Successful:
		r.Percent, r.ToUpdate, r.Replaced, r.Reason = 100, 0, r.Total, ""
	case RollbackSuccessful:
		r.Percent, r.Replaced, r.Reason = 0, 0, r.Rollback.Reason
	}
}

// Measure takes in how far the refresh is: what the group has, and how many of the instances
// that this refresh launched stay and are warm.
func (r *Rollout) Measure(c Counts, launched int) {
	if c.Warm > r.warmed {
		r.Failing, r.Reason = time.Time{}, ""
	}
	r.warmed = c.Warm
	if b := r.Rollback; b != nil {
		deployed := max(1, r.Total-b.ToUpdate)
		r.Percent = min(r.Percent, b.Percent*min(c.Old, deployed)/deployed)
		r.Replaced = min(r.Replaced, c.Old)
		return
	}
	r.Replaced = min(r.Total, launched)
	r.Percent = 100 * r.Replaced / max(1, r.Total)
	r.ToUpdate = r.Total - r.Replaced
}

// PauseAt returns how many instances the refresh may have replaced now, and begins to wait
// when that many are; reached says then which checkpoint that is.
func (r *Rollout) PauseAt(timings aws.Timings) (limit int, reached string) {
	percentages := r.Preferences.CheckpointPercentages
	if r.Rollback != nil || len(percentages) == 0 {
		return r.Total, ""
	}
	limit, next := checkpoint(percentages, r.passed, r.Total, r.Replaced)
	switch {
	case next == len(percentages):
		limit = percentOf(r.Total, percentages[next-1])
	case r.Replaced < limit || limit == r.Total:
	case r.passed <= next:
		r.passed = next + 1
		if r.passed < len(percentages) {
			r.Wait = time.Now().Add(timings.Scaled(Seconds(r.Preferences.CheckpointDelay, 3600)))
		}
		reached = fmt.Sprintf("Checkpoint of %d%% reached.", percentages[next])
		r.Reason = reached
	}
	if time.Now().Before(r.Wait) {
		return min(limit, r.Replaced), reached
	}
	return limit, reached
}

// Stall notes why the refresh is not further, and since when.
func (r *Rollout) Stall(reason string) {
	if r.Failing.IsZero() {
		r.Failing = time.Now()
	}
	r.Reason = reason
}

// Step returns how many instances to launch and to dismiss now, within the percentages of the
// refresh: its own, those of the group's policy, or AWS's.
func (r *Rollout) Step(c Counts, policy *MaintenancePolicy) (launches, dismissals int) {
	p := pace{90, 100}
	if policy != nil {
		p = pace{policy.MinHealthyPercentage, policy.MaxHealthyPercentage}
	}
	if least := r.Preferences.MinHealthyPercentage; least != nil {
		p = pace{*least, 100}
	}
	if most := r.Preferences.MaxHealthyPercentage; most != nil {
		p.most = *most
	}
	return p.step(c)
}
