package datastore

import (
	"net/netip"
	"slices"
	"time"
)

// Route leads an endpoint's clients to nodes as DNS does on AWS: after a failover they go
// on using the old node's address until their resolvers ask again. Only a keeper uses it.
type Route struct {
	endpoint interface{ Move(...netip.AddrPort) }
	leads    []netip.AddrPort // where clients are led now
	next     []netip.AddrPort // where they are led from due on
	due      time.Time
}

// NewRoute returns the route of an endpoint, which leads nowhere yet.
func NewRoute(e interface{ Move(...netip.AddrPort) }) *Route { return &Route{endpoint: e} }

// Point leads clients elsewhere from a time on, with the next Settle. Where they are led
// anyway, or will be, stays as it is.
func (r *Route) Point(due time.Time, upstreams ...netip.AddrPort) {
	if slices.Equal(r.next, upstreams) {
		return
	}
	r.next, r.due = upstreams, due
}

// Settle moves the endpoint if it is time, and returns when it will be otherwise; false
// says that nothing is to come.
func (r *Route) Settle(now time.Time) (due time.Time, waits bool) {
	if slices.Equal(r.leads, r.next) {
		return due, false
	}
	if len(r.leads) > 0 && now.Before(r.due) { // nobody has an address before the first
		return r.due, true
	}
	r.leads = r.next
	r.endpoint.Move(r.leads...)
	return due, false
}

// Renew leads clients to where they are led once more: a node there that was lost is back.
func (r *Route) Renew() { r.endpoint.Move(r.leads...) }

// Settled says whether clients are led where they are to be.
func (r *Route) Settled() bool { return slices.Equal(r.leads, r.next) }
