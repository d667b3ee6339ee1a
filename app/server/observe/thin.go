package observe

import (
	"sync/atomic"
	"time"
)

// accessLinesPerSecond is how many requests that went well are logged in a second. What went wrong always is: the
// service's unit has journald take every line, which would drop what is above 10,000 in 30 seconds (RateLimitBurst in
// journald.conf).
const accessLinesPerSecond = 200

// slowRequest is how long a request takes that is always logged.
const slowRequest = time.Second

// thinner lets a number of lines through in every second, and counts the rest. Safe for concurrent use.
type thinner struct {
	limit   int64
	second  atomic.Int64
	passed  atomic.Int64 // in that second
	leftOut atomic.Int64 // since the last line that was let through
}

// pass reports whether to log a line, and how many were left out before it.
func (t *thinner) pass(now time.Time) (leftOut int64, ok bool) {
	second := now.Unix() // an earlier one if the clock was set back
	if last := t.second.Load(); last != second && t.second.CompareAndSwap(last, second) {
		t.passed.Store(0)
	}
	if t.passed.Add(1) > t.limit {
		t.leftOut.Add(1)
		return 0, false
	}
	return t.leftOut.Swap(0), true
}
