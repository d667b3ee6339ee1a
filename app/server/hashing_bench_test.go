package server

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"myclothes/app/shop"
	"myclothes/app/throttle"
)

// BenchmarkReadingBesideSignIns measures how long others wait for their cart while 8 connections sign in to an account
// they know, as fast as they are answered: alone, with nothing but the processors to bound them, and as it is.
func BenchmarkReadingBesideSignIns(b *testing.B) {
	for _, beside := range []struct {
		name        string
		connections int
		throttle    Throttle
	}{
		{"nobody", 0, throttle.New(nil, 0)},
		{"8 uncounted", 8, uncounted{throttle.New(nil, 0)}},
		{"8", 8, throttle.New(nil, 1000)},
	} {
		b.Run(beside.name, func(b *testing.B) {
			cfg := testConfig()
			cfg.Throttle = beside.throttle
			httpServer := httptest.NewServer(New(cfg))
			b.Cleanup(httpServer.Close)
			send(b, "POST", httpServer.URL+"/api/customers", signUpAsAda, 201)
			stop := make(chan struct{})
			var attackers sync.WaitGroup
			for range beside.connections {
				attackers.Go(func() { signInUntil(b, httpServer.URL, stop) })
			}
			measureReading(b, httpServer.URL)
			close(stop)
			attackers.Wait()
		})
	}
}

// uncounted is a Throttle that lets everybody through.
type uncounted struct{ Throttle }

func (uncounted) Begin(context.Context, shop.Attempt) time.Duration { return 0 }
func (uncounted) Succeeded(context.Context, shop.Attempt)           {}
func (uncounted) Abandoned(context.Context, shop.Attempt)           {}

func measureReading(b *testing.B, url string) {
	took := make([]time.Duration, 0, b.N)
	for b.Loop() {
		start := time.Now()
		send(b, "GET", url+"/api/cart", "", 200)
		took = append(took, time.Since(start))
		time.Sleep(time.Millisecond)
	}
	slices.Sort(took)
	b.ReportMetric(took[len(took)/2].Seconds()*1000, "p50-ms")
	b.ReportMetric(took[len(took)*99/100].Seconds()*1000, "p99-ms")
}

func signInUntil(b *testing.B, url string, stop chan struct{}) {
	for {
		select {
		case <-stop:
			return
		default:
			send(b, "POST", url+"/api/session", signInAsAda, 200, 429)
		}
	}
}

func send(b *testing.B, method, url, content string, statuses ...int) {
	request, err := http.NewRequest(method, url, strings.NewReader(content))
	require.NoError(b, err)
	answer, err := http.DefaultClient.Do(request)
	require.NoError(b, err)
	defer answer.Body.Close()
	io.Copy(io.Discard, answer.Body)
	require.Contains(b, statuses, answer.StatusCode)
}
