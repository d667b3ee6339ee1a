package redis

import (
	"crypto/tls"
	"fmt"
	"net/netip"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"myclothes/app/apptest"
	"myclothes/app/dial"
	"myclothes/app/shop"
)

// shippedToken is what a cache asks for that was started as it ships.
const shippedToken = "a-token-of-the-test"

// shipped is a cache as it ships, with TLS and a token.
type shipped struct {
	*apptest.Redis
	trust *tls.Config
}

func startShipped(tb testing.TB) shipped {
	tb.Helper()
	authority := apptest.NewAuthority(tb)
	trust := &tls.Config{RootCAs: authority.Roots(tb), ServerName: "127.0.0.1", MinVersion: tls.VersionTLS12}
	return shipped{apptest.StartSecureRedis(tb, authority, shippedToken), trust}
}

// openShipped returns a store in the cache that this address leads to.
func (s shipped) openShipped(tb testing.TB, address string, durability Durability) *Store {
	tb.Helper()
	client := NewClient(Config{Address: address, Dialer: dial.From(netip.Addr{}), TLS: s.trust, Token: &rotated{values: []string{shippedToken}}})
	tb.Cleanup(func() { client.Close() })
	return NewStore(client, Options{Lifetimes: shop.Lifetimes{Idle: time.Hour}, Durability: durability})
}

// BenchmarkStore measures the way that ships: calls per second, and this process' CPU per call.
func BenchmarkStore(b *testing.B) {
	primary := startShipped(b)
	primary.StartReplica()
	fast, replicated := primary.openShipped(b, primary.Addr, Fast), primary.openShipped(b, primary.Addr, Replicated)
	for _, operation := range []struct {
		name string
		call func(session *shop.Session, i int) error
	}{
		{"set fast", func(session *shop.Session, i int) error {
			_, err := fast.Set(b.Context(), session, "tee", i%shop.MaxQuantity+1)
			return err
		}},
		{"set replicated", func(session *shop.Session, i int) error {
			_, err := replicated.Set(b.Context(), session, "tee", i%shop.MaxQuantity+1)
			return err
		}},
		{"read", func(session *shop.Session, _ int) error {
			_, err := fast.Cart(b.Context(), session)
			return err
		}},
	} {
		for _, callers := range []int{1, 50} {
			b.Run(fmt.Sprintf("%s/%d", operation.name, callers), func(b *testing.B) {
				tokens := make([]string, callers)
				for i := range tokens {
					tokens[i] = cartOfThree(b, fast)
				}
				callTogether(b, tokens, operation.call)
			})
		}
	}
}

func cartOfThree(b *testing.B, store *Store) (token string) {
	session := shop.OpenSession("")
	for _, sku := range []string{"tee", "hoodie-navy", "socks-wool"} {
		_, err := store.Add(b.Context(), session, sku, 1)
		require.NoError(b, err)
	}
	return session.Token()
}

// callTogether has one caller for each session make b.N calls together.
func callTogether(b *testing.B, tokens []string, call func(session *shop.Session, i int) error) {
	b.ReportAllocs()
	var callers sync.WaitGroup
	before := cpu()
	b.ResetTimer()
	for n, token := range tokens {
		callers.Go(func() {
			for i := n; i < b.N; i += len(tokens) {
				if err := call(shop.OpenSession(token), i); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	callers.Wait()
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "calls/s")
	b.ReportMetric(float64((cpu()-before).Microseconds())/float64(b.N), "cpu-µs/call")
}

// cpu is the processor time that this process has used.
func cpu() time.Duration {
	var usage syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &usage)
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
