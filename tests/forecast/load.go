package main

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"myclothes/local/control"
	"myclothes/tests/shoppers"
)

// How many people shop while a change is carried out. Guests and customers are counted
// apart, because a change may cost one and not the other.
const (
	guests    = 8
	customers = 6
)

// longest bounds a row.
const longest = 8 * time.Minute

// seen is what people saw of a change.
type seen struct {
	guests, customers shoppers.Report
	outage            time.Duration // for how long requests failed
	failures          []string      // some of them
}

// among carries out a change while people shop: they have filled their carts before, and
// go on for a while when it is done, and longer if it takes effect late. The first error is the change's.
func among(ctx context.Context, c *control.Cloud, url string, calm, late time.Duration, change func(context.Context) error) (s seen, changed, err error) {
	ctx, cancel := context.WithTimeout(ctx, longest)
	defer cancel()
	var begun sync.WaitGroup
	begun.Add(2)
	over := make(chan struct{})
	clock := &outages{}
	var shopping errgroup.Group
	shop := func(into *shoppers.Report, count, signedIn int) func() error {
		started := sync.OnceFunc(begun.Done)
		return func() (err error) {
			defer started() // also when nobody can begin
			*into, err = shoppers.Run(ctx, shoppers.Options{
				URL: url, Authority: c.Authority, Shoppers: count, Customers: signedIn, Pause: 50 * time.Millisecond,
				Duration: longest, Until: over, Begun: started, Answered: clock.note,
			})
			return err
		}
	}
	shopping.Go(shop(&s.guests, guests, 0))
	shopping.Go(shop(&s.customers, customers, customers))
	begun.Wait()
	time.Sleep(calm)
	changed = change(ctx)
	time.Sleep(calm + late)
	close(over)
	err = shopping.Wait()
	s.outage = clock.total()
	s.failures = append(s.guests.Problems(2), s.customers.Problems(2)...)
	return s, changed, err
}

// outages is for how long requests failed.
type outages struct {
	mu     sync.Mutex
	failed []span
}

// span is when a request that failed was under way.
type span struct{ from, to time.Time }

func (o *outages) note(sent, ended time.Time, err error) {
	if err == nil || shoppers.Declined(err) || errors.Is(err, context.Canceled) {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.failed = append(o.failed, span{sent, ended})
}

// together is how far apart two failures may be that belong to one outage: shoppers wait
// half a second before they try again.
const together = 700 * time.Millisecond

// total adds up the outages, each from the first request that failed in it to the end of
// the last.
func (o *outages) total() (sum time.Duration) {
	o.mu.Lock()
	defer o.mu.Unlock()
	slices.SortFunc(o.failed, func(a, b span) int { return a.from.Compare(b.from) })
	var current span
	for _, next := range o.failed {
		if next.from.After(current.to.Add(together)) {
			sum += current.to.Sub(current.from)
			current = next
		}
		if next.to.After(current.to) {
			current.to = next.to
		}
	}
	return sum + current.to.Sub(current.from)
}
