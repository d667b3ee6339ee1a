package forecast

import (
	"time"

	"myclothes/infra/guards"
	"myclothes/local/engine"
)

// learning is within how long every instance has learnt of another key of cookies: what
// the description of cookieKeys says.
const learning = 5 * time.Minute

// newKeys are keys of cookies of which instances learn at different times. One that
// encrypts by a new key makes cookies that the others do not understand until they have
// read the keys again. A plan does not show which key comes first.
func (c *change) newKeys() []finding {
	from, to := c.stores()
	created, gone := false, false
	for _, ch := range c.changes(guards.RandomBytes) {
		created = created || ch.Operation == engine.Create || ch.Operation == engine.Replace
		gone = gone || c.gone(ch)
	}
	switch {
	case !created || from.known && from.name != "cookie" || to.known && to.name != "cookie":
		return nil
	case gone && from.known && to.known:
		return []finding{{Reason{Verdict: Yes, Text: "a key of cookies takes another's place: instances that have not learnt of it refuse cookies of those that have"}, Span{0, learning}}}
	}
	return []finding{{Reason: Reason{Verdict: Unknown, Text: "there is a key of cookies more: nobody notices if it is last in cookieKeys, until it is moved after five minutes"}}}
}
