package host

import (
	"fmt"
	"sync"
	"time"

	"myclothes/local/cloud/aws"
)

// Refusals tells, in the log and as events, of connections that are refused at one place.
type Refusals struct {
	host    *Host
	to      string
	port    int
	because string

	mu    sync.Mutex
	count int       // since it was told
	told  time.Time // when it was
}

// Refusals returns the refusals of connections to a place and port, both for people;
// because says who refuses them.
func (h *Host) Refusals(to string, port int, because string) *Refusals {
	return &Refusals{host: h, to: to, port: port, because: because}
}

// Add notes a refusal, and tells of it and of how many there were: at most once a second,
// because clients try again at once.
func (r *Refusals) Add(from string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.count++
	if time.Since(r.told) < time.Second {
		return
	}
	r.host.Log.Warn("connection refused by "+r.because, "from", from, "to", r.to, "port", r.port, "times", r.count)
	r.host.Events.Add(aws.ConnectionRefused, from, "", fmt.Sprintf("to %s port %d, ×%d", r.to, r.port, r.count))
	r.count, r.told = 0, time.Now()
}
