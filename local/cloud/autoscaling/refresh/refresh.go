// Package refresh is what an instance refresh is, and how it goes on: what is asked of it,
// how far it is, how many instances it may launch and terminate next, where it waits, and what
// it goes back to. The group that it refreshes counts its instances, and does what is to be
// done.
package refresh

import (
	"fmt"
	"strings"
	"time"

	"myclothes/local/cloud/ec2"
)

// Status is one of AWS's names for how far an instance refresh is.
type Status string

// The states of an instance refresh.
const (
	InProgress         Status = "InProgress"
	Baking             Status = "Baking" // all is replaced, alarms are still watched
	Successful         Status = "Successful"
	Failed             Status = "Failed"
	Cancelling         Status = "Cancelling" // until launches and terminations under way are done
	Cancelled          Status = "Cancelled"
	RollbackInProgress Status = "RollbackInProgress"
	RollbackSuccessful Status = "RollbackSuccessful"
	RollbackFailed     Status = "RollbackFailed"
)

// Refresh is an instance refresh: the replacement of a group's instances.
type Refresh struct {
	ID       string    `json:"id"`
	Group    string    `json:"group"`
	Status   Status    `json:"status"`
	Percent  int       `json:"percent"`          // goes back to 0 in a rollback
	Replaced int       `json:"replaced"`         // instances of the refresh that are in service and warm
	Total    int       `json:"total"`            // how many it is to replace
	ToUpdate int       `json:"toUpdate"`         // how many are left
	Reason   string    `json:"reason,omitempty"` // why it is not further, or failed, with the end of the log
	Started  time.Time `json:"started"`
	Ended    time.Time `json:"ended,omitzero"`

	DesiredConfiguration *ec2.LaunchTemplateRef `json:"desiredConfiguration,omitempty"`
	Preferences          Preferences            `json:"preferences"`
	Rollback             *Rollback              `json:"rollback,omitempty"` // nil unless it is rolled back
}

// Rollback says why and from where a refresh goes back.
type Rollback struct {
	Reason   string    `json:"reason"`
	Started  time.Time `json:"started"`
	Percent  int       `json:"percent"`  // of the refresh at that time
	ToUpdate int       `json:"toUpdate"` // at that time
}

// Running says whether the refresh has not come to its end.
func (r Refresh) Running() bool {
	switch r.Status {
	case InProgress, Baking, RollbackInProgress, Cancelling:
		return true
	}
	return false
}

// String is one line for people who wait for it.
func (r Refresh) String() string {
	line := fmt.Sprintf("%s: instance refresh %s, %d of %d replaced", r.Group, r.Status, r.Replaced, r.Total)
	if r.Running() && r.Reason != "" {
		reason, _, _ := strings.Cut(r.Reason, "\n")
		line += ": " + reason
	}
	return line
}
