package server

import (
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// BenchmarkReadingBesideSignIns measures how long others wait for their cart while 8 connections sign in
// successfully, as fast as they are answered: all with the one account they know, or each time with another one.
func BenchmarkReadingBesideSignIns(b *testing.B) {
	for name, hash := range map[string]bool{"nobody": false, "one account": true} {
		b.Run(name, func(b *testing.B) {
			url := signUpToBench(b)
			stop := make(chan struct{})
			var attackers sync.WaitGroup
			if hash {
				for range 8 {
					attackers.Go(func() { signInUntil(b, url, stop) })
				}
			}
			b.Cleanup(attackers.Wait)
			b.Cleanup(func() { close(stop) })
			took := make([]time.Duration, 0, b.N)
			for b.Loop() {
				start := time.Now()
				post(b, "GET", url+"/api/cart", "", 200)
				took = append(took, time.Since(start))
				time.Sleep(time.Millisecond)
			}
			slices.Sort(took)
			b.ReportMetric(took[len(took)/2].Seconds()*1000, "p50-ms")
			b.ReportMetric(took[len(took)*99/100].Seconds()*1000, "p99-ms")
		})
	}
}

func signUpToBench(b *testing.B) (url string) {
	cfg := testConfig()
	httpServer := httptest.NewServer(New(cfg))
	b.Cleanup(httpServer.Close)
	post(b, "POST", httpServer.URL+"/api/customers", `{"email":"ada@example.com","password":"correct horse","name":"Ada"}`, 201)
	return httpServer.URL
}

func signInUntil(b *testing.B, url string, stop chan struct{}) {
	for {
		select {
		case <-stop:
			return
		default:
			post(b, "POST", url+"/api/session", `{"email":"ada@example.com","password":"correct horse"}`, 200, 429)
		}
	}
}

func post(b *testing.B, method, url, content string, statuses ...int) {
	request, err := http.NewRequest(method, url, strings.NewReader(content))
	require.NoError(b, err)
	answer, err := http.DefaultClient.Do(request)
	require.NoError(b, err)
	defer answer.Body.Close()
	io.Copy(io.Discard, answer.Body)
	require.Contains(b, statuses, answer.StatusCode)
}
