package autoscaling

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// InstanceRefresh is an Auto Scaling group's instanceRefresh.
type InstanceRefresh struct {
	Preferences RefreshPreferences `json:"preferences"`
}

// RefreshPreferences say how an instance refresh replaces instances.
type RefreshPreferences struct {
	MinHealthyPercentage *int        `json:"minHealthyPercentage"` // 90 if not declared
	MaxHealthyPercentage *int        `json:"maxHealthyPercentage"` // 100 if not declared
	InstanceWarmup       json.Number `json:"instanceWarmup"`       // seconds, the group's grace period if not declared
	AutoRollback         bool        `json:"autoRollback"`
}

// RefreshStatus is one of AWS's names for how far an instance refresh is.
type RefreshStatus string

// The states of an instance refresh.
const (
	RefreshInProgress         RefreshStatus = "InProgress"
	RefreshSuccessful         RefreshStatus = "Successful"
	RefreshFailed             RefreshStatus = "Failed"
	RefreshCancelled          RefreshStatus = "Cancelled" // by a newer one
	RefreshRollbackInProgress RefreshStatus = "RollbackInProgress"
	RefreshRollbackSuccessful RefreshStatus = "RollbackSuccessful"
	RefreshRollbackFailed     RefreshStatus = "RollbackFailed"
)

// Refresh is an instance refresh: the replacement of a group's instances by ones
// of another version of its launch template.
type Refresh struct {
	Group    string        `json:"group"`
	Status   RefreshStatus `json:"status"`
	Percent  int           `json:"percent"`
	Replaced int           `json:"replaced"` // instances of the new version that serve and are warm
	Total    int           `json:"total"`
	Reason   string        `json:"reason,omitempty"` // why it failed, with the end of the log
	Started  time.Time     `json:"started"`
	Ended    time.Time     `json:"ended,omitzero"`
}

// Running says whether instances are still being replaced.
func (r Refresh) Running() bool {
	return r.Status == RefreshInProgress || r.Status == RefreshRollbackInProgress
}

// Refreshes lists the instance refreshes of all groups, the oldest first.
func (s *Groups) Refreshes() []Refresh {
	var refreshes []Refresh
	for _, group := range s.groups.All() {
		refreshes = append(refreshes, group.Spec.refreshes()...)
	}
	slices.SortFunc(refreshes, func(a, b Refresh) int { return a.Started.Compare(b.Started) })
	return refreshes
}

// String is one line for people who wait for it.
func (r Refresh) String() string {
	return fmt.Sprintf("%s: instance refresh %s, %d of %d replaced", r.Group, r.Status, r.Replaced, r.Total)
}
