package host

import (
	"context"
	"errors"
	"sync"
	"time"
)

// Keeper is the goroutine that alone decides about a set of nodes. It looks at them now
// and then, at once when one of their processes ends, and whenever it is told something.
// It never waits: what takes time runs beside it and reports back. So a second failure is
// noticed while the first is being repaired, and the nodes need no lock.
type Keeper struct {
	said   chan func()
	ctx    context.Context // ends with the keeper
	cancel context.CancelFunc
	done   chan struct{} // nil before Start
	beside sync.WaitGroup
	next   time.Time // when to look at the latest; only for the keeper's goroutine
}

var errKeeperStopped = errors.New("it is being deleted")

// NewKeeper returns a keeper that does nothing before Start.
func NewKeeper() *Keeper {
	ctx, cancel := context.WithCancel(context.Background())
	return &Keeper{said: make(chan func()), ctx: ctx, cancel: cancel}
}

// Start begins to call look, once at once and then at least every interval. look must
// not wait for anything.
func (k *Keeper) Start(interval time.Duration, look func()) {
	k.done = make(chan struct{})
	go k.run(interval, look)
}

func (k *Keeper) run(interval time.Duration, look func()) {
	defer close(k.done)
	timer := time.NewTimer(interval)
	defer timer.Stop()
	for k.ctx.Err() == nil {
		k.next = time.Now().Add(interval)
		look()
		timer.Reset(time.Until(k.next))
		select {
		case <-k.ctx.Done():
		case say := <-k.said:
			say()
		case <-timer.C:
		}
	}
}

// At makes the keeper look at that time, if it would not earlier. Only look may call it.
func (k *Keeper) At(when time.Time) {
	if when.Before(k.next) {
		k.next = when
	}
}

// Say runs f on the keeper's goroutine some time soon, and lets it look then. A keeper
// that stops does not listen any more.
func (k *Keeper) Say(f func()) {
	select {
	case k.said <- f:
	case <-k.ctx.Done():
	}
}

// Do runs f on the keeper's goroutine and waits for it. f must not wait for anything.
func (k *Keeper) Do(ctx context.Context, f func() error) error {
	result := make(chan error, 1)
	select {
	case k.said <- func() { result <- f() }:
		return <-result
	case <-k.ctx.Done():
		return errKeeperStopped
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Await asks on the keeper's goroutine, again and again, whether something has come
// about, and returns when it has, when that fails for good, or when ctx ends.
func (k *Keeper) Await(ctx context.Context, done func() (bool, error)) error {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		reached := false
		err := k.Do(ctx, func() (err error) { reached, err = done(); return err })
		if reached || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

// Beside runs work beside the keeper, for at most limit or until it is cancelled, and
// then hands its outcome to then on the keeper's goroutine.
func (k *Keeper) Beside(limit time.Duration, work func(context.Context) error, then func(error)) (cancel context.CancelFunc) {
	ctx, cancel := context.WithTimeout(k.ctx, limit)
	k.beside.Go(func() {
		defer cancel()
		err := work(ctx)
		k.Say(func() { then(err) })
	})
	return cancel
}

// Watch runs watch beside the keeper for as long as a process does, and makes the keeper
// look at once when that has ended.
func (k *Keeper) Watch(p *Process, watch func(context.Context)) {
	ctx, cancel := context.WithCancel(k.ctx)
	k.beside.Go(func() { watch(ctx) })
	k.beside.Go(func() {
		defer cancel()
		select {
		case <-p.Done:
			k.Say(func() {})
		case <-ctx.Done():
		}
	})
}

// Stop ends the keeper, whether it was started or not, and what runs beside it. The nodes
// belong to the caller then.
func (k *Keeper) Stop() {
	k.cancel()
	if k.done != nil {
		<-k.done
	}
	k.beside.Wait()
}
