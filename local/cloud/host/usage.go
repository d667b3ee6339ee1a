package host

import (
	"errors"
	"time"
)

// Usage is how much processor time a process has used since it was started.
type Usage struct {
	All    time.Duration // with its children, those that have ended too
	Thread time.Duration // of its first thread alone
}

var errNoUsage = errors.New("the process has ended, or this system does not tell what it used")

// Meter says how busy a process is between two looks. The zero value has not looked yet.
type Meter struct {
	process *Process
	last    Usage
	looked  time.Time
}

// Load is how busy a process was: what part of its processors it used, and what part of
// one its first thread did; 1 is all of it.
type Load struct {
	All, Thread float64
}

// Look returns the load of a process since the last look at it, or since it was started,
// on a machine of so many processors: one that uses as much time as this machine's
// processors give may exceed all of a smaller one's, but is said to use just these. It is
// false when that is not known, or when there was no time to measure anything.
func (m *Meter) Look(p *Process, processors int) (Load, bool) {
	if m.process != p {
		*m = Meter{process: p, looked: p.Started}
	}
	usage, err := p.usage()
	now := time.Now()
	passed := now.Sub(m.looked)
	if err != nil || processors < 1 || passed < usageResolution {
		return Load{}, false
	}
	part := func(now, before time.Duration, processors int) float64 {
		return min(max(0, float64(now-before)/float64(passed)/float64(processors)), 1)
	}
	load := Load{part(usage.All, m.last.All, processors), part(usage.Thread, m.last.Thread, 1)}
	m.last, m.looked = usage, now
	return load, true
}

// usageResolution is how exactly the kernel tells what a process used.
const usageResolution = 10 * time.Millisecond
