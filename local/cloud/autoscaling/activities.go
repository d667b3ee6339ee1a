package autoscaling

import (
	"fmt"
	"slices"
	"time"
)

// ActivityStatus is one of AWS's names for how a scaling activity is going.
type ActivityStatus string

// The states of a scaling activity.
const (
	ActivityInProgress ActivityStatus = "InProgress"
	ActivitySuccessful ActivityStatus = "Successful"
	ActivityFailed     ActivityStatus = "Failed"
)

// keptActivities is how many of the last activities are kept. AWS keeps those of six weeks.
const keptActivities = 500

// Activity is the launch or the termination of an instance, as DescribeScalingActivities
// lists it.
type Activity struct {
	ID          string
	Group       string
	Description string // "Launching a new EC2 instance: i-…"
	Cause       string
	Status      ActivityStatus
	Message     string // why it failed
	Started     time.Time
	Ended       time.Time // zero while it is in progress
}

// Activities lists what has been launched and terminated in a group, the last first.
func (s *Groups) Activities(name string) ([]Activity, error) {
	g, err := s.find(name)
	if err != nil {
		return nil, err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	activities := make([]Activity, 0, len(g.activities))
	for _, a := range slices.Backward(g.activities) {
		activities = append(activities, *a)
	}
	return activities, nil
}

func (g *group) begin(description, cause string) *Activity {
	a := &Activity{ID: newRefreshID(), Group: g.name, Description: description, Cause: cause, Status: ActivityInProgress, Started: time.Now()}
	g.activities = append(g.activities, a)
	g.activities = slices.Delete(g.activities, 0, max(0, len(g.activities)-keptActivities))
	return a
}

func (g *group) succeeded(a *Activity) { g.ends(a, ActivitySuccessful, "") }

func (g *group) ends(a *Activity, status ActivityStatus, message string) {
	if a != nil && a.Status == ActivityInProgress {
		a.Status, a.Message, a.Ended = status, message, time.Now()
	}
}

// causeOfLaunch says in AWS's words why an instance is launched.
func (g *group) causeOfLaunch() string {
	if g.refreshing() != nil {
		return "an instance was launched in response to an instance refresh"
	}
	return fmt.Sprintf("an instance was started in response to a difference between desired and actual capacity, increasing the capacity from %d to %d",
		g.count(), g.count()+1)
}
