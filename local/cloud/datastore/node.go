package datastore

import (
	"log/slog"
	"net/netip"
	"time"

	"myclothes/local/cloud/aws"
	"myclothes/local/cloud/host"
)

// maxMisses is how many times in a row a node may leave a question unanswered.
const maxMisses = 3

// Node is a server process of a data store, with data of its own.
type Node struct {
	ID      string
	Zone    string
	Dir     string
	Address netip.AddrPort
	Process *host.Process // nil before the first start

	misses  int
	mourned *host.Process // whose end the story tells
	state   string
	since   time.Time
}

// Alive says whether the node's process runs.
func (n *Node) Alive() bool { return n.Process != nil && n.Process.Running() }

// Started takes in the process that is the node from now on.
func (n *Node) Started(p *host.Process) { n.Process, n.misses = p, 0 }

// Answered notes that the node answered, if only to refuse.
func (n *Node) Answered() { n.misses = 0 }

// Missed notes that the node did not answer, and ends it after too many times.
func (n *Node) Missed(err error, log *slog.Logger) {
	if n.misses++; n.misses >= maxMisses {
		log.Warn("node does not answer", "node", n.ID, "error", err)
		n.Process.Kill()
	}
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
