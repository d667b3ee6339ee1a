package datastore

import (
	"net/netip"
	"time"

	"myclothes/local/cloud/aws"
	"myclothes/local/cloud/host"
)

// MaxMisses is how many times in a row a node may leave a question unanswered. Each may
// take the MaxMisses-th part of the time in which a dead node is detected, so that a node
// that is slow on a busy machine is given as many chances to answer.
const MaxMisses = 3

// Node is a server process of a data store, with data of its own. Only the store's
// keeper changes it.
type Node struct {
	ID      string
	Zone    string
	Dir     string
	Address netip.AddrPort
	Process *host.Process // nil before the first start
	Up      bool          // it has answered since it was started, and was not found dead
	Lost    time.Time     // from when on AWS knows that it is down

	misses   int
	answered time.Time
	state    string
	since    time.Time
}

// Alive says whether the node's process runs.
func (n *Node) Alive() bool { return n.Process != nil && n.Process.Running() }

// Started takes in the process that is the node from now on. It is not up yet.
func (n *Node) Started(p *host.Process) { n.Process, n.Up = p, false }

// Usable notes that the node that was started can be used.
func (n *Node) Usable() { n.Up, n.misses, n.answered = true, 0, time.Now() }

// Answered notes that the node answered, if only to refuse.
func (n *Node) Answered() { n.misses, n.answered = 0, time.Now() }

// Missed notes that the node did not answer, and says whether it is dead: it has missed
// too often, and for as long as that takes to find out.
func (n *Node) Missed(detection time.Duration) (dead bool) {
	n.misses++
	return n.misses >= MaxMisses && time.Since(n.answered) >= detection
}

// GiveUp takes a node that does not answer any more for lost, and ends it.
func (n *Node) GiveUp() {
	n.Up, n.Lost = false, time.Now()
	n.Process.Kill()
}

// Ended notes that the node's process has ended, which AWS detects after some time, and
// says whether that is news.
func (n *Node) Ended(detection time.Duration) bool {
	if !n.Up || n.Alive() {
		return false
	}
	n.Up, n.Lost = false, time.Now().Add(detection)
	return true
}

// Describe completes what is said of the node: who and where it is, and since when it
// is in the state that c says.
func (n *Node) Describe(c aws.Component) aws.Component {
	c.ID, c.Zone = n.ID, n.Zone
	if n.Alive() {
		c.PID = n.Process.PID()
	}
	if state := c.Kind + c.State; state != n.state {
		n.state, n.since = state, time.Now()
	}
	c.Since = n.since
	return c
}
