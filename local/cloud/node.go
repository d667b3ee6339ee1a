package cloud

import (
	"log/slog"
	"net/netip"
	"time"

	"myclothes/local/cloud/aws"
	"myclothes/local/cloud/host"
)

// maxMisses is how many times in a row a node may leave a question unanswered.
const maxMisses = 3

// node is a server process of a data store, with data of its own.
type node struct {
	id      string
	zone    string
	dir     string
	address netip.AddrPort
	process *host.Process // nil before the first start

	misses int
	state  string
	since  time.Time
}

// alive says whether the node's process runs.
func (n *node) alive() bool { return n.process != nil && n.process.Running() }

// started takes in the process that is the node from now on.
func (n *node) started(p *host.Process) { n.process, n.misses = p, 0 }

// answered notes that the node answered, if only to refuse.
func (n *node) answered() { n.misses = 0 }

// missed notes that the node did not answer, and ends it after too many times.
func (n *node) missed(err error, log *slog.Logger) {
	if n.misses++; n.misses >= maxMisses {
		log.Warn("node does not answer", "node", n.id, "error", err)
		n.process.Kill()
	}
}

// describe completes what is said of the node: who and where it is, and since when it
// is in the state that c says.
func (n *node) describe(c aws.Component) aws.Component {
	c.ID, c.Zone = n.id, n.zone
	if n.alive() {
		c.PID = n.process.PID()
	}
	if state := c.Kind + c.State; state != n.state {
		n.state, n.since = state, time.Now()
	}
	c.Since = n.since
	return c
}
