package catalog

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"myclothes/app/apptest"
	"myclothes/app/shop"
)

// source is a database with one product, whose price is changed by every write, and a replica of it.
type source struct {
	mu      sync.Mutex
	written shop.Position // and the price
	replica shop.Position // how far the replica is
	loads   int
	away    bool
	wait    chan struct{} // if there is one, loads that have read wait for it
}

func (s *source) ProductsAsOf(_ context.Context, after shop.Position) ([]shop.Product, shop.Position, error) {
	at, wait, err := s.read(after)
	if wait != nil {
		<-wait
	}
	return []shop.Product{{SKU: "tee", PriceCents: int(at)}}, at, err
}

func (s *source) read(after shop.Position) (shop.Position, chan struct{}, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.loads++
	switch {
	case s.away:
		return 0, s.wait, shop.ErrUnavailable
	case s.replica >= after:
		return s.replica, s.wait, nil
	}
	return s.written, s.wait, nil
}

func (s *source) Position(context.Context) (shop.Position, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.away {
		return 0, shop.ErrUnavailable
	}
	return s.written, nil
}

// set changes the source.
func (s *source) set(change func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change()
}

// fixture is a catalog at a moment that the test chooses.
type fixture struct {
	*Catalog
	*source
	t    *testing.T
	time time.Time
}

func newFixture(t *testing.T) *fixture {
	s := &source{written: 1, replica: 1}
	f := &fixture{New(s), s, t, time.Now()}
	f.now = func() time.Time { return f.time }
	return f
}

func (f *fixture) shows(price int) {
	f.t.Helper()
	sold, err := f.Range(f.t.Context())
	require.NoError(f.t, err)
	product, ok := sold.Product("tee")
	require.True(f.t, ok)
	require.Equal(f.t, price, product.PriceCents)
}

func (f *fixture) pass(d time.Duration) { f.time = f.time.Add(d) }

func TestManyCallersCauseOneQuery(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.wait = make(chan struct{})
	var callers sync.WaitGroup
	for range 50 {
		callers.Go(func() { f.Range(t.Context()) })
	}
	close(f.wait)
	callers.Wait()
	require.Equal(t, 1, f.loads)
}

func TestAChangedPriceShowsWithinThreeSeconds(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.shows(1)
	f.set(func() { f.written, f.replica = 2, 2 })
	f.pass(3*time.Second - 1)
	f.shows(1)
	f.pass(1)
	f.shows(2)
}

func TestWhatTurnedOutToBeOutdatedIsReadAgainAtOnceThoughTheReplicaIsBehind(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.shows(1)
	f.set(func() { f.written = 2 })
	f.Forget(t.Context())
	f.shows(2)
	f.pass(fresh)
	f.shows(2) // it is not taken back
	require.Equal(t, 3, f.loads)
}

func TestALoadThatBeganBeforeItWasOutdatedIsNotKept(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	slow := make(chan struct{})
	f.set(func() { f.wait = slow })
	done := make(chan struct{})
	go func() {
		defer close(done)
		f.Range(t.Context())
	}()
	apptest.Eventually(t, func() (begun bool) {
		f.set(func() { begun = f.loads == 1 })
		return begun
	}, "the load has begun")
	f.set(func() { f.wait, f.written = nil, 2 })
	f.Forget(t.Context())
	f.shows(2)
	close(slow)
	<-done
	f.shows(2)
}

func TestTheShopStaysOpenWhileTheDatabaseIsAway(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.shows(1)
	f.set(func() { f.away = true })
	f.Forget(t.Context()) // makes no difference
	f.pass(stale)
	f.shows(1)
	f.shows(1)
	require.Equal(t, 2, f.loads, "a failed load is not tried again at once")

	f.pass(time.Minute)
	_, err := f.Range(t.Context())
	require.ErrorIs(t, err, shop.ErrUnavailable)
	f.set(func() { f.away = false })
	f.shows(1)
}

func TestACallerDoesNotWaitBeyondItsDeadline(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.wait = make(chan struct{})
	defer close(f.wait)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := f.Range(ctx)
	require.ErrorIs(t, err, context.Canceled)
}
