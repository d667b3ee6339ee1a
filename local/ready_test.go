package main

import (
	"bytes"
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"myclothes/local/boot"
	"myclothes/local/cloud/aws"
	"myclothes/local/control"
)

// stage is a shop with one instance and a cache, whose answers a test sets.
type stage struct {
	opening
	said       *bytes.Buffer
	components []aws.Component
	log        string // the instance's
	page       atomic.Int64
	readiness  atomic.Pointer[string] // what is away; nil: nothing
	looks      atomic.Int64           // how often the instance was asked
	onLook     func(look int64)
}

func newStage(t *testing.T) *stage {
	t.Helper()
	s := &stage{said: &bytes.Buffer{}, log: filepath.Join(t.TempDir(), "i-1.log")}
	s.page.Store(http.StatusOK)
	shop := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(int(s.page.Load())) }))
	t.Cleanup(shop.Close)
	admin := httptest.NewServer(http.HandlerFunc(s.serveReadiness))
	t.Cleanup(admin.Close)
	require.NoError(t, os.WriteFile(s.log, []byte("it cannot read the secret\n"), 0o600))
	s.components = []aws.Component{
		{Kind: "cache primary", ID: "sessions-1", State: "available", Healthy: true},
		{Kind: boot.CartInstance.Kind, ID: "i-1", State: "healthy", Healthy: true, Address: "127.0.0.1:8080", Log: s.log},
		{Kind: boot.CartInstance.Kind, ID: "i-2", State: "draining", Healthy: true, Address: "127.0.0.1:8080"},
	}
	at, err := url.Parse(admin.URL)
	require.NoError(t, err)
	s.opening = opening{url: shop.URL, adminPort: at.Port(), client: http.DefaultClient, limit: time.Minute, out: s.said,
		report: func(context.Context) (control.Report, error) { return control.Report{Components: s.components}, nil }}
	return s
}

func (s *stage) serveReadiness(w http.ResponseWriter, _ *http.Request) {
	if look := s.looks.Add(1); s.onLook != nil {
		s.onLook(look)
	}
	if away := s.readiness.Load(); away != nil {
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = w.Write([]byte(`{"status": "not ready", "dependencies": [{"name": "database", "status": "up"}, {"name": "` + *away + `", "status": "away"}]}`))
	}
}

// expire makes the wait end with the second look.
func (s *stage) expire(t *testing.T) context.Context {
	ctx, cancel := context.WithCancel(t.Context())
	s.onLook = func(look int64) {
		if look == 2 {
			cancel()
		}
	}
	return ctx
}

func TestAShopThatAnswersWithAllPartsWellIsOpen(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	require.NoError(t, s.await(t.Context()))
	require.Empty(t, s.said.String())
	require.EqualValues(t, 1, s.looks.Load(), "an instance that leaves is not asked")
}

func TestUpWaitsUntilEveryInstanceIsReadyAndSaysForWhat(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.readiness.Store(new("cartStore elasticache"))
	s.onLook = func(look int64) {
		if look == 3 {
			s.readiness.Store(nil)
		}
	}
	require.NoError(t, s.await(t.Context()))
	require.Equal(t, "Waiting for cart instance i-1: not ready (503): cartStore elasticache is away\n", s.said.String())
}

func TestAnInstanceThatIsNotReadyIsNamedWithTheEndOfItsLog(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.readiness.Store(new("databaseWriter"))
	err := s.await(s.expire(t))
	require.ErrorContains(t, err, "the shop is not open")
	require.ErrorContains(t, err, "cart instance i-1: not ready (503): databaseWriter is away\n"+s.log+" ends with:\n  it cannot read the secret")
}

func TestAShopThatAnswersWithAnErrorIsNotOpen(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.page.Store(http.StatusServiceUnavailable)
	require.ErrorContains(t, s.await(s.expire(t)), "the shop at "+s.url+": it answers 503 Service Unavailable")
}

func TestAShopThatDoesNotAnswerIsNotOpen(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	require.NoError(t, err)
	s.url = "http://" + listener.Addr().String()
	require.NoError(t, listener.Close())
	require.ErrorContains(t, s.await(s.expire(t)), "the shop at "+s.url+": connection refused")
}

func TestAShopWithAPartThatIsNotWellIsNotOpen(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.components[0].Healthy, s.components[0].State = false, "its process ended"
	require.ErrorContains(t, s.await(s.expire(t)), "cache primary sessions-1: its process ended")
}

func TestTheWaitForAShopIsBounded(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.page.Store(http.StatusServiceUnavailable)
	s.limit = 300 * time.Millisecond
	require.ErrorContains(t, s.await(t.Context()), "the shop is not open after")
}

func TestAShopWithHTTPSIsOnlyOpenToWhomTheStacksAuthorityConvinces(t *testing.T) {
	t.Parallel()
	server := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	t.Cleanup(server.Close)
	s := newStage(t)
	s.url = server.URL
	require.ErrorContains(t, s.await(s.expire(t)), "certificate")

	s = newStage(t)
	s.url, s.client = server.URL, server.Client()
	require.NoError(t, s.await(t.Context()))
}
