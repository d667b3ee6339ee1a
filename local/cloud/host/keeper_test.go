package host

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// newKeeper starts a keeper that looks only when it is told something.
func newKeeper(t *testing.T, look func()) *Keeper {
	t.Helper()
	k := NewKeeper()
	k.Start(time.Hour, look)
	t.Cleanup(k.Stop)
	return k
}

func TestAKeeperListensWhileWorkIsDoneBesideIt(t *testing.T) {
	t.Parallel()
	k := newKeeper(t, func() {})
	release, outcome := make(chan struct{}), make(chan error, 1)
	k.Beside(time.Hour, func(context.Context) error { <-release; return errors.New("no") }, func(err error) { outcome <- err })
	require.NoError(t, k.Do(t.Context(), func() error { return nil }))
	close(release)
	require.EqualError(t, <-outcome, "no")
}

func TestWorkBesideAKeeperEndsByItsLimitByCancellingAndWithTheKeeper(t *testing.T) {
	t.Parallel()
	k := newKeeper(t, func() {})
	forever := func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }
	outcome := make(chan error, 1)
	k.Beside(time.Nanosecond, forever, func(err error) { outcome <- err })
	require.ErrorIs(t, <-outcome, context.DeadlineExceeded)
	k.Beside(time.Hour, forever, func(err error) { outcome <- err })()
	require.ErrorIs(t, <-outcome, context.Canceled)
	k.Beside(time.Hour, forever, func(err error) { outcome <- err })
	k.Stop()
	require.Empty(t, outcome, "a keeper that stopped takes nothing in")
}

func TestAKeeperLooksWhenItSaidItWould(t *testing.T) {
	t.Parallel()
	looked := make(chan int, 10)
	looks := 0
	k := NewKeeper()
	k.Start(time.Hour, func() {
		if looks++; looks == 1 {
			k.At(time.Now().Add(time.Millisecond))
		}
		looked <- looks
	})
	t.Cleanup(k.Stop)
	require.Equal(t, 1, <-looked)
	require.Equal(t, 2, <-looked)
}

func TestAKeeperLooksAtOnceWhenAProcessHasEnded(t *testing.T) {
	t.Parallel()
	child := shell(t, `read line`)
	looked, watched := make(chan struct{}, 10), make(chan struct{})
	k := newKeeper(t, func() { looked <- struct{}{} })
	<-looked
	k.Watch(child, func(ctx context.Context) { <-ctx.Done(); close(watched) })
	<-watched
	<-looked
}
