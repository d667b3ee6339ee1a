package fleet

import (
	"slices"
	"time"

	"myclothes/local/cloud/aws"
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

// Activities are what has been done in a group, the oldest first.
type Activities []*Activity

// Begin notes that something is done, and why.
func (all *Activities) Begin(group, description, cause string) *Activity {
	a := &Activity{ID: aws.NewID(), Group: group, Description: description, Cause: cause, Status: ActivityInProgress, Started: time.Now()}
	*all = append(*all, a)
	*all = slices.Delete(*all, 0, max(0, len(*all)-keptActivities))
	return a
}

// Latest returns the activities, the last first.
func (all Activities) Latest() []Activity {
	activities := make([]Activity, 0, len(all))
	for _, a := range slices.Backward(all) {
		activities = append(activities, *a)
	}
	return activities
}

// End notes how an activity came to its end, if it has not before.
func (a *Activity) End(status ActivityStatus, message string) {
	if a != nil && a.Status == ActivityInProgress {
		a.Status, a.Message, a.Ended = status, message, time.Now()
	}
}
