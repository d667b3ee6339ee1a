package autoscaling

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"myclothes/local/cloud/autoscaling/fleet"
	"myclothes/local/cloud/aws"
)

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
		named = fleet.Processes
	}
	for _, process := range named {
		if !slices.Contains(fleet.Processes, process) {
			return aws.Invalid("%q is not a valid process: it is none of %s", process, strings.Join(fleet.Processes, ", "))
		}
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, process := range named {
		set(g, process)
	}
	g.host.Log.Info("processes set", "group", g.name, "suspended", g.suspended.Names())
	g.poke()
	return nil
}

// suspends says whether any of the processes is suspended.
func (g *group) suspends(any ...string) bool {
	return g.suspended.Any(any...)
}

// scale changes the size that the group should have, within its bounds.
func (g *group) scale(size int, cause string) {
	size = g.bounds.Clamp(size)
	if size == g.desired {
		return
	}
	g.host.Log.Info("size changed", "group", g.name, "from", g.desired, "to", size, "because", cause)
	g.host.Events.Add(aws.SizeChanged, g.name, "", fmt.Sprintf("from %d to %d: %s", g.desired, size, cause))
	g.desired = size
	g.poke()
}
