package host

import (
	"context"
	"errors"
	"time"
)

// Keeper is the goroutine that alone changes a set of nodes: it looks after them
// now and then, at once when one of their processes ends, and does what it is asked
// to in between. So the nodes need no lock.
type Keeper struct {
	requests chan func(context.Context)
	wake     chan struct{}
	cancel   context.CancelFunc
	done     chan struct{}
}

var errKeeperStopped = errors.New("it is being deleted")

// NewKeeper starts a keeper that calls look every interval.
func NewKeeper(interval time.Duration, look func(context.Context)) *Keeper {
	ctx, cancel := context.WithCancel(context.Background())
	k := &Keeper{
		requests: make(chan func(context.Context)),
		wake:     make(chan struct{}, 1),
		cancel:   cancel,
		done:     make(chan struct{}),
	}
	go k.run(ctx, interval, look)
	return k
}

func (k *Keeper) run(ctx context.Context, interval time.Duration, look func(context.Context)) {
	defer close(k.done)
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case request := <-k.requests:
			request(ctx)
			continue
		case <-k.wake:
		case <-tick.C:
		}
		look(ctx)
	}
}

// Do runs f on the keeper's goroutine and waits for it.
func (k *Keeper) Do(ctx context.Context, f func(context.Context) error) error {
	result := make(chan error, 1)
	request := func(kept context.Context) {
		both, cancel := context.WithCancel(ctx)
		defer cancel()
		defer context.AfterFunc(kept, cancel)()
		result <- f(both)
	}
	select {
	case k.requests <- request:
		return <-result
	case <-k.done:
		return errKeeperStopped
	case <-ctx.Done():
		return ctx.Err()
	}
}

// WakeWhenEnded makes the keeper look as soon as the process has ended.
func (k *Keeper) WakeWhenEnded(p *Process) {
	go func() {
		<-p.Done
		select {
		case k.wake <- struct{}{}:
		default:
		}
	}()
}

// Stop ends the keeper; the nodes belong to the caller then.
func (k *Keeper) Stop() {
	if k == nil {
		return
	}
	k.cancel()
	<-k.done
}
