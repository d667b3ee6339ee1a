package cloud

import (
	"context"
	"errors"
	"time"
)

// keeper is the goroutine that alone changes a set of nodes: it looks after them
// now and then, at once when one of their processes ends, and does what it is asked
// to in between. So the nodes need no lock.
type keeper struct {
	requests chan func(context.Context)
	wake     chan struct{}
	cancel   context.CancelFunc
	done     chan struct{}
}

var errKeeperStopped = errors.New("it is being deleted")

// newKeeper starts a keeper that calls look every interval.
func newKeeper(interval time.Duration, look func(context.Context)) *keeper {
	ctx, cancel := context.WithCancel(context.Background())
	k := &keeper{
		requests: make(chan func(context.Context)),
		wake:     make(chan struct{}, 1),
		cancel:   cancel,
		done:     make(chan struct{}),
	}
	go k.run(ctx, interval, look)
	return k
}

func (k *keeper) run(ctx context.Context, interval time.Duration, look func(context.Context)) {
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

// do runs f on the keeper's goroutine and waits for it.
func (k *keeper) do(ctx context.Context, f func(context.Context) error) error {
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

// wakeWhenEnded makes the keeper look as soon as the process has ended.
func (k *keeper) wakeWhenEnded(p *process) {
	go func() {
		<-p.done
		select {
		case k.wake <- struct{}{}:
		default:
		}
	}()
}

// stop ends the keeper; the nodes belong to the caller then.
func (k *keeper) stop() {
	if k == nil {
		return
	}
	k.cancel()
	<-k.done
}
