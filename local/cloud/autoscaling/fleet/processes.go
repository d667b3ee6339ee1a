package fleet

import (
	"slices"
	"time"
)

// The processes of a group that can be suspended:
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-suspend-resume-processes.html
const (
	ProcessLaunch            = "Launch"
	ProcessTerminate         = "Terminate"
	ProcessAddToLoadBalancer = "AddToLoadBalancer"
	ProcessAlarmNotification = "AlarmNotification"
	ProcessAZRebalance       = "AZRebalance"
	ProcessHealthCheck       = "HealthCheck"
	ProcessInstanceRefresh   = "InstanceRefresh"
	ProcessReplaceUnhealthy  = "ReplaceUnhealthy"
	ProcessScheduledActions  = "ScheduledActions"
)

// Processes are all of them.
var Processes = []string{ProcessLaunch, ProcessTerminate, ProcessAddToLoadBalancer, ProcessAlarmNotification, ProcessAZRebalance,
	ProcessHealthCheck, ProcessInstanceRefresh, ProcessReplaceUnhealthy, ProcessScheduledActions}

// Suspended are the processes of a group that do not run, and since when.
type Suspended map[string]time.Time

// Any says whether any of the processes is suspended.
func (s Suspended) Any(processes ...string) bool {
	return slices.ContainsFunc(processes, func(process string) bool { return !s[process].IsZero() })
}

// Names lists those that are suspended, in AWS's order.
func (s Suspended) Names() []string {
	var suspended []string
	for _, process := range Processes {
		if s.Any(process) {
			suspended = append(suspended, process)
		}
	}
	return suspended
}

// SuspendedProcess is a process of a group that does not run.
type SuspendedProcess struct {
	Name  string
	Since time.Time
}

// List returns the processes that are suspended, in AWS's order.
func (s Suspended) List() []SuspendedProcess {
	var all []SuspendedProcess
	for _, process := range s.Names() {
		all = append(all, SuspendedProcess{process, s[process]})
	}
	return all
}
