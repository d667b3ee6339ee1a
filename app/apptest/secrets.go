package apptest

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Secrets answers as Secrets Manager does.
type Secrets struct {
	URL string

	mu     sync.Mutex
	values map[string]string
	reads  map[string]int
}

// StartSecrets starts an endpoint that lives as long as the test.
func StartSecrets(tb testing.TB) *Secrets {
	s := &Secrets{values: map[string]string{}, reads: map[string]int{}}
	server := httptest.NewServer(s)
	tb.Cleanup(server.Close)
	s.URL = server.URL
	return s
}

// Put sets the JSON of a secret and returns its ARN.
func (s *Secrets) Put(name string, fields map[string]any) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	document, err := json.Marshal(fields)
	if err != nil {
		panic(err) // the test is wrong
	}
	arn := "arn:aws:secretsmanager:eu-west-1:123456789012:secret:" + name
	s.values[arn] = string(document)
	return arn
}

// Reads is how often the secret was read.
func (s *Secrets) Reads(arn string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.reads[arn]
}

func (s *Secrets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var request struct{ SecretId string }
	err := json.NewDecoder(r.Body).Decode(&request)
	s.mu.Lock()
	defer s.mu.Unlock()
	value, ok := s.values[request.SecretId]
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	if err != nil || !ok || r.Header.Get("X-Amz-Target") != "secretsmanager.GetSecretValue" {
		w.WriteHeader(http.StatusBadRequest)
		json.NewEncoder(w).Encode(map[string]string{"__type": "ResourceNotFoundException"})
		return
	}
	s.reads[request.SecretId]++
	json.NewEncoder(w).Encode(map[string]string{"ARN": request.SecretId, "SecretString": value})
}

// Fixed is a secret that needs no Secrets Manager.
type Fixed[T any] struct{ Secret T }

// Value returns the secret.
func (f Fixed[T]) Value(context.Context) (T, error) { return f.Secret, nil }

// Fresh returns the secret too.
func (f Fixed[T]) Fresh(context.Context) (T, error) { return f.Secret, nil }

// Expire does nothing.
func (Fixed[T]) Expire() {}

// Eventually calls condition until it succeeds, at most for a minute. The condition runs
// on the test's own goroutine, so that what it requires ends the test at once, and says why.
func Eventually(tb testing.TB, condition func() bool, message string) {
	tb.Helper()
	for deadline := time.Now().Add(time.Minute); !condition(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			require.FailNow(tb, "it did not come to this: "+message)
		}
	}
}
