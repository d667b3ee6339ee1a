package autoscaling

import (
	"slices"
	"strings"
	"time"

	"myclothes/local/cloud/aws"
)

// The processes of a group that can be suspended:
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-suspend-resume-processes.html
const (
	processLaunch            = "Launch"
	processTerminate         = "Terminate"
	processAddToLoadBalancer = "AddToLoadBalancer"
	processAlarmNotification = "AlarmNotification"
	processAZRebalance       = "AZRebalance"
	processHealthCheck       = "HealthCheck"
	processInstanceRefresh   = "InstanceRefresh"
	processReplaceUnhealthy  = "ReplaceUnhealthy"
	processScheduledActions  = "ScheduledActions"
)

var processes = []string{processLaunch, processTerminate, processAddToLoadBalancer, processAlarmNotification, processAZRebalance,
	processHealthCheck, processInstanceRefresh, processReplaceUnhealthy, processScheduledActions}

// SuspendProcesses stops processes of a group, or with none named all of them.
func (s *Groups) SuspendProcesses(name string, named []string) error {
	return s.setProcesses(name, named, func(g *group, process string) {
		if _, already := g.suspended[process]; !already {
			g.suspended[process] = time.Now()
		}
	})
}

// ResumeProcesses lets processes of a group go on, or with none named all of them.
func (s *Groups) ResumeProcesses(name string, named []string) error {
	return s.setProcesses(name, named, func(g *group, process string) { delete(g.suspended, process) })
}

func (s *Groups) setProcesses(name string, named []string, set func(*group, string)) error {
	g, err := s.find(name)
	if err != nil {
		return err
	}
	if len(named) == 0 {
		named = processes
	}
	for _, process := range named {
		if !slices.Contains(processes, process) {
			return invalid("%q is not a valid process: it is none of %s", process, strings.Join(processes, ", "))
		}
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, process := range named {
		set(g, process)
	}
	g.host.Log.Info("processes set", "group", g.name, "suspended", g.suspendedProcesses())
	g.poke()
	return nil
}

// suspends says whether any of the processes is suspended.
func (g *group) suspends(any ...string) bool {
	return slices.ContainsFunc(any, func(process string) bool { return !g.suspended[process].IsZero() })
}

func (g *group) suspendedProcesses() []string {
	var suspended []string
	for _, process := range processes {
		if g.suspends(process) {
			suspended = append(suspended, process)
		}
	}
	return suspended
}

// scale changes the size that the group should have, within its bounds.
func (g *group) scale(size int, cause string) {
	size = g.bounds.clamp(size)
	if size == g.desired {
		return
	}
	g.host.Log.Info("size changed", "group", g.name, "from", g.desired, "to", size, "because", cause)
	g.host.Events.Add(aws.SizeChanged, g.name, "", sizes(g.desired, size)+": "+cause)
	g.desired = size
	g.poke()
}
