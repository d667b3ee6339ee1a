package lazy

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"myclothes/app/apptest"
	"myclothes/app/dial"
	"myclothes/app/redis"
	"myclothes/app/shop"
)

var errMissing = errors.New("there is none")

// patient is long enough for any machine: whether the cache answers in time is not what most tests are about.
const patient = time.Minute

// instance is a cache of texts as one instance has it.
type instance struct {
	*Cache[string]
	t *testing.T
}

func newInstance(t *testing.T, address string, patience time.Duration) *instance {
	t.Helper()
	return newInstanceFrom(t, dial.From(netip.Addr{}), address, patience)
}

func newInstanceFrom(t *testing.T, dialer *net.Dialer, address string, patience time.Duration) *instance {
	t.Helper()
	client := redis.NewClient(redis.Config{Address: address, Dialer: dialer})
	t.Cleanup(func() { client.Close() })
	cfg := Config{Name: "texts", Format: 1, TTL: time.Minute, Missing: errMissing, MissingTTL: 10 * time.Second}
	return &instance{New[string](redis.NewOptional(client, patience), cfg), t}
}

// source is a database of one text, whose writes are numbered by position.
type source struct {
	mu    sync.Mutex
	text  string
	at    shop.Position
	loads int
	asked shop.Position // of the last load
}

func (s *source) write(text string) shop.Position {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.text, s.at = text, s.at+1
	return s.at
}

func (s *source) load(_ context.Context, after shop.Position) (string, shop.Position, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.loads++
	s.asked = after
	if s.text == "" {
		return "", s.at, errMissing
	}
	return s.text, s.at, nil
}

func (i *instance) reads(want, key string, after shop.Position, load Load[string]) {
	i.t.Helper()
	got, err := i.Get(i.t.Context(), key, after, load)
	require.NoError(i.t, err)
	require.Equal(i.t, want, got)
}

// counted is what the metrics say about the results of reads.
func (i *instance) counted(r result) int {
	i.t.Helper()
	registry := prometheus.NewRegistry()
	registry.MustRegister(i.Metrics())
	families, err := registry.Gather()
	require.NoError(i.t, err)
	for _, family := range families {
		for _, metric := range family.GetMetric() {
			labels := metric.GetLabel()
			if family.GetName() == "lazy_reads_total" && labels[1].GetValue() == results[r] {
				return int(metric.GetCounter().GetValue())
			}
		}
	}
	require.Fail(i.t, "there is no such result")
	return 0
}

func TestManyCallersOnThreeInstancesCauseOneLoad(t *testing.T) {
	t.Parallel()
	server, db := apptest.StartRedis(t, nil), &source{text: "one"}
	instances := []*instance{newInstance(t, server.Addr, patient), newInstance(t, server.Addr, patient), newInstance(t, server.Addr, patient)}
	start := make(chan struct{})
	var callers sync.WaitGroup
	for n := range 200 {
		callers.Go(func() {
			<-start
			value, err := instances[n%3].Get(t.Context(), "key", 0, db.load)
			if err != nil || value != "one" {
				t.Errorf("%q, %v", value, err)
			}
		})
	}
	close(start)
	callers.Wait()
	require.Equal(t, 1, db.loads)
	instances[0].reads("one", "key", 0, db.load)
	require.Equal(t, 1, db.loads)
	require.Equal(t, 1, instances[0].counted(miss)+instances[1].counted(miss)+instances[2].counted(miss))
	require.Positive(t, instances[0].counted(hit))
}

func TestAHitIsOneRoundTrip(t *testing.T) {
	t.Parallel()
	server, db := apptest.StartRedis(t, nil), &source{text: "one"}
	in := newInstance(t, server.Addr, patient)
	in.reads("one", "key", 0, db.load)
	server.Do("CONFIG", "RESETSTAT")
	for range 10 {
		in.reads("one", "key", 0, db.load)
	}
	require.Contains(t, server.Do("INFO", "commandstats").(string), "cmdstat_evalsha:calls=10,")
}

func TestValuesLoadedAtOnceExpireAtDifferentTimes(t *testing.T) {
	t.Parallel()
	server, db := apptest.StartRedis(t, nil), &source{text: "one"}
	in := newInstance(t, server.Addr, patient)
	expiries := map[int64]bool{}
	for n := range 50 {
		key := fmt.Sprint(n)
		in.reads("one", key, 0, db.load)
		left := server.Do("PEXPIRETIME", in.keys(key)[0]).(int64)
		expiries[left/100] = true
		require.InDelta(t, time.Minute.Milliseconds(), server.Do("PTTL", in.keys(key)[0]), float64(10*time.Second.Milliseconds()))
	}
	require.Greater(t, len(expiries), 10)
}

func TestThatThereIsNothingIsRememberedForLess(t *testing.T) {
	t.Parallel()
	server, db := apptest.StartRedis(t, nil), &source{}
	one, two := newInstance(t, server.Addr, patient), newInstance(t, server.Addr, patient)
	for _, in := range []*instance{one, two, one} {
		_, err := in.Get(t.Context(), "key", 0, db.load)
		require.ErrorIs(t, err, errMissing)
	}
	require.Equal(t, 1, db.loads)
	require.Equal(t, 1, two.counted(negative))
	require.LessOrEqual(t, server.Do("PTTL", one.keys("key")[0]), (11 * time.Second).Milliseconds())

	one.Forget(t.Context(), "key", db.write("now there is"))
	two.reads("now there is", "key", 0, db.load)
}

func TestALoadThatFailsIsNotRememberedAndHoldsNobodyUp(t *testing.T) {
	t.Parallel()
	server, db := apptest.StartRedis(t, nil), &source{text: "one"}
	in := newInstance(t, server.Addr, patient)
	_, err := in.Get(t.Context(), "key", 0, func(context.Context, shop.Position) (string, shop.Position, error) {
		return "", 0, shop.ErrUnavailable
	})
	require.ErrorIs(t, err, shop.ErrUnavailable)
	require.Zero(t, server.Do("EXISTS", in.keys("key")[1]), "the lease is given back")
	in.reads("one", "key", 0, db.load)
	require.Equal(t, 2, in.counted(miss))
}

// slowly is a load that has read its value and does not return until it is told to.
func slowly(db *source) (load Load[string], begun, finish chan struct{}) {
	begun, finish = make(chan struct{}), make(chan struct{})
	return func(ctx context.Context, after shop.Position) (string, shop.Position, error) {
		value, at, err := db.load(ctx, after)
		close(begun)
		<-finish
		return value, at, err
	}, begun, finish
}

func TestWhatIsForgottenWhileItIsLoadedDoesNotComeBack(t *testing.T) {
	t.Parallel()
	server, db := apptest.StartRedis(t, nil), &source{text: "old"}
	one, two := newInstance(t, server.Addr, patient), newInstance(t, server.Addr, patient)
	load, begun, finish := slowly(db)
	loaded := make(chan string)
	go func() {
		value, _ := one.Get(t.Context(), "key", 0, load)
		loaded <- value
	}()
	<-begun
	two.Forget(t.Context(), "key", db.write("new"))
	one.generation.Add(1) // a forget on another instance does not split this one's flights
	two.reads("new", "key", 0, db.load)
	close(finish)
	require.Equal(t, "old", <-loaded, "who asked before the write may see what was before")
	one.reads("new", "key", 0, db.load)
	two.reads("new", "key", 0, db.load)
	require.Equal(t, 2, db.loads)
}

func TestNobodyJoinsALoadThatBeganBeforeTheyWrote(t *testing.T) {
	t.Parallel()
	server, db := apptest.StartRedis(t, nil), &source{text: "old"}
	in := newInstance(t, server.Addr, patient)
	load, begun, finish := slowly(db)
	done := make(chan struct{})
	go func() {
		defer close(done)
		in.Get(t.Context(), "key", 0, load)
	}()
	<-begun
	in.Forget(t.Context(), "key", db.write("new"))
	in.reads("new", "key", 0, db.load)
	close(finish)
	<-done
	in.reads("new", "key", 0, db.load)
}

func TestASlowLoadElsewhereIsNotWaitedForLong(t *testing.T) {
	t.Parallel()
	server, db := apptest.StartRedis(t, nil), &source{text: "one"}
	slow, quick := newInstance(t, server.Addr, patient), newInstance(t, server.Addr, patient)
	load, begun, finish := slowly(db)
	done := make(chan struct{})
	go func() {
		defer close(done)
		slow.Get(t.Context(), "key", 0, load)
	}()
	<-begun
	quick.reads("one", "key", 0, db.load)
	require.Equal(t, 1, quick.counted(impatient))
	require.Zero(t, server.Do("EXISTS", quick.keys("key")[0]), "only the holder of the lease keeps a value")
	close(finish)
	<-done
	quick.reads("one", "key", 0, db.load)
	require.Equal(t, 1, quick.counted(hit))
}

func TestWhoKnowsOfAWriteNeverSeesWhatWasBefore(t *testing.T) {
	t.Parallel()
	server, db := apptest.StartRedis(t, nil), &source{text: "old"}
	in := newInstance(t, server.Addr, patient)
	in.reads("old", "key", 0, db.load)
	wrote := db.write("new") // and the cache was not told
	in.reads("old", "key", 0, db.load)
	in.reads("new", "key", wrote, db.load)
	require.Equal(t, 1, in.counted(stale))
	in.reads("new", "key", 0, db.load)
	require.Equal(t, 2, db.loads)
}

func TestAfterAWriteEverybodyLoadsAsOfThen(t *testing.T) {
	t.Parallel()
	server, db := apptest.StartRedis(t, nil), &source{text: "old"}
	one, two := newInstance(t, server.Addr, patient), newInstance(t, server.Addr, patient)
	wrote := db.write("new")
	one.Forget(t.Context(), "key", wrote)
	one.Forget(t.Context(), "key", wrote-1) // replies may overtake each other
	two.reads("new", "key", 0, db.load)
	require.Equal(t, wrote, db.asked)
}

func TestACallerThatGivesUpDoesNotEndTheLoad(t *testing.T) {
	t.Parallel()
	server, db := apptest.StartRedis(t, nil), &source{text: "one"}
	in := newInstance(t, server.Addr, patient)
	load, begun, finish := slowly(db)
	ctx, cancel := context.WithCancel(t.Context())
	gaveUp := make(chan error)
	go func() {
		_, err := in.Get(ctx, "key", 0, load)
		gaveUp <- err
	}()
	<-begun
	cancel()
	require.ErrorIs(t, <-gaveUp, context.Canceled)
	close(finish)
	apptest.Eventually(t, func() bool { return server.Do("EXISTS", in.keys("key")[0]) == int64(1) }, "the value is kept")
	in.reads("one", "key", 0, db.load)
	require.Equal(t, 1, db.loads)
}

func TestWhatMakesNoSenseIsLoadedAndReplaced(t *testing.T) {
	t.Parallel()
	server, db := apptest.StartRedis(t, nil), &source{text: "one"}
	in := newInstance(t, server.Addr, patient)
	for n, senseless := range []string{"", "7", "7:{", `7:{"name":1}`, `7:"a" "b"`, `7:7`, "\xff:\"a\"", `:"a"`, `-1:"a"`} {
		db.loads = 0
		server.Do("SET", in.keys("key")[0], senseless)
		in.reads("one", "key", 0, db.load)
		in.reads("one", "key", 0, db.load)
		require.Equal(t, 1, db.loads, senseless)
		require.LessOrEqual(t, in.counted(corrupt), n+1)
	}
	require.Positive(t, in.counted(corrupt))
}

func TestReleasesDoNotReadEachOthersValues(t *testing.T) {
	t.Parallel()
	server, db := apptest.StartRedis(t, nil), &source{text: "one"}
	old, fresh := newInstance(t, server.Addr, patient), newInstance(t, server.Addr, patient)
	fresh.cfg.Format++
	old.reads("one", "key", 0, db.load)
	fresh.reads("one", "key", 0, db.load)
	require.Equal(t, 2, db.loads)
}

func TestWithoutACacheEveryValueIsLoaded(t *testing.T) {
	t.Parallel()
	db := &source{text: "one"}
	in := &instance{New[string](nil, Config{Name: "texts", Missing: errMissing}), t}
	in.reads("one", "key", 0, db.load)
	in.Forget(t.Context(), "key", 1)
	in.reads("one", "key", 0, db.load)
	require.Equal(t, 2, in.counted(away))
}

func TestACacheThatDiesOrHangsIsAMissAndComesBack(t *testing.T) {
	t.Parallel()
	for name, fail := range map[string][2]func(*apptest.Redis){
		"dies":  {(*apptest.Redis).Kill, (*apptest.Redis).Start},
		"hangs": {(*apptest.Redis).Pause, (*apptest.Redis).Resume},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, db := apptest.StartRedis(t, nil), &source{text: "one"}
			in := newInstance(t, server.Addr, 100*time.Millisecond)
			apptest.Eventually(t, func() bool {
				in.reads("one", "key", 0, db.load)
				return in.counted(hit) > 0
			}, "the cache is used")
			fail[0](server)
			missed := in.counted(away)
			for range 20 {
				in.reads("one", "key", 0, db.load)
			}
			require.Equal(t, missed+20, in.counted(away))
			fail[1](server)
			before := in.counted(hit)
			apptest.Eventually(t, func() bool {
				in.reads("one", "key", 0, db.load)
				return in.counted(hit) > before
			}, "the cache is used again")
		})
	}
}

func TestACacheThatIsAwayIsLeftAlone(t *testing.T) {
	t.Parallel()
	var dialled atomic.Int32
	dialer := dial.From(netip.Addr{})
	dialer.Control = func(string, string, syscall.RawConn) error {
		dialled.Add(1)
		return nil
	}
	in, db := newInstanceFrom(t, dialer, apptest.StartSilence(t), 50*time.Millisecond), &source{text: "one"}
	start := time.Now()
	for range 1000 {
		in.reads("one", "key", 0, db.load)
	}
	tries := int32(time.Since(start)/time.Second) + 1
	require.LessOrEqual(t, dialled.Load(), 2*tries)
	require.Equal(t, 1000, in.counted(away))
}

func TestWhatCouldNotBeForgottenIsForgottenLater(t *testing.T) {
	t.Parallel()
	server, db := apptest.StartRedis(t, nil), &source{text: "old"}
	var cut atomic.Bool
	dialer := dial.From(netip.Addr{})
	dialer.Control = func(string, string, syscall.RawConn) error {
		if cut.Load() {
			return errors.New("the network is cut")
		}
		return nil
	}
	one, two := newInstanceFrom(t, dialer, server.Addr, patient), newInstance(t, server.Addr, patient)
	one.reads("old", "key", 0, db.load)
	cut.Store(true)
	server.Do("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
	one.Forget(t.Context(), "key", db.write("new"))
	two.reads("old", "key", 0, db.load)
	cut.Store(false)
	apptest.Eventually(t, func() bool {
		value, err := two.Get(t.Context(), "key", 0, db.load)
		return err == nil && value == "new"
	}, "the write shows")
	apptest.Eventually(t, func() bool {
		one.mu.Lock()
		defer one.mu.Unlock()
		return len(one.owed) == 0
	}, "nothing is owed")
}

func TestKeysNameTheCacheAndTheFormat(t *testing.T) {
	t.Parallel()
	for _, key := range newInstance(t, "127.0.0.1:1", patient).keys("7") {
		require.True(t, strings.HasPrefix(key, "lazy:texts:1:7"), key)
	}
}
