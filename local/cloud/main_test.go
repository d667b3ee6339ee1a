package cloud

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// TestMain runs the tests, or the service that they launch, which is the test
// binary itself.
func TestMain(m *testing.M) {
	if behaviour := os.Getenv("TEST_SERVICE"); behaviour != "" {
		serveAsInstance(behaviour)
		return
	}
	code := m.Run()
	if left := goroutinesLeft(5 * time.Second); code == 0 && left != "" {
		fmt.Fprintln(os.Stderr, "goroutines that no test ended:\n"+left)
		code = 1
	}
	os.Exit(code)
}

// goroutinesLeft returns the stacks of this package's goroutines that do not end.
func goroutinesLeft(patience time.Duration) string {
	var left []string
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		stacks := make([]byte, 1<<20)
		stacks = stacks[:runtime.Stack(stacks, true)]
		left = nil
		for stack := range strings.SplitSeq(string(stacks), "\n\n") {
			if strings.Contains(stack, "/cloud.") && !strings.Contains(stack, "cloud.TestMain") {
				left = append(left, stack)
			}
		}
		if left == nil {
			return ""
		}
	}
	return strings.Join(left, "\n\n")
}

// serveAsInstance is a small web application: the path says what it does.
func serveAsInstance(behaviour string) {
	if behaviour == "broken" {
		log.Fatal("the release is broken")
	}
	application := routes(behaviour)
	server := http.Server{
		Addr: net.JoinHostPort(os.Getenv("CART_ADDRESS"), os.Getenv("CART_PORT")),
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("X-Instance-Id", os.Getenv("CART_INSTANCE_ID"))
			application.ServeHTTP(w, r)
		}),
		ErrorLog: log.New(io.Discard, "", 0),
	}
	terminated, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	ended := make(chan struct{})
	context.AfterFunc(terminated, func() {
		defer close(ended)
		_ = server.Shutdown(context.Background())
	})
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		log.Fatal(err)
	}
	<-ended
}

func routes(behaviour string) *http.ServeMux {
	var sick atomic.Bool
	sick.Store(behaviour == "sick")
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, behaviour) })
	mux.HandleFunc("/healthz", func(w http.ResponseWriter, r *http.Request) {
		if sick.Load() {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	})
	mux.HandleFunc("/fall-sick", func(http.ResponseWriter, *http.Request) { sick.Store(true) })
	mux.HandleFunc("/headers", func(w http.ResponseWriter, r *http.Request) { _ = json.NewEncoder(w).Encode(r.Header) })
	mux.HandleFunc("/sign-in", func(w http.ResponseWriter, r *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "myclothes_session", Value: "x", Path: "/", MaxAge: 3600})
	})
	mux.HandleFunc("/sign-out", func(w http.ResponseWriter, r *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "myclothes_session", Path: "/", MaxAge: -1})
	})
	mux.HandleFunc("/hang-up", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	mux.HandleFunc("/wait-for", func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			if _, err := os.Stat(r.URL.Query().Get("file")); err == nil {
				return
			}
			time.Sleep(5 * time.Millisecond)
		}
	})
	return mux
}

// testProgram returns the path and the hash of this binary.
var testProgram = sync.OnceValues(func() (path, sum string) {
	path, err := os.Executable()
	if err != nil {
		panic(err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		panic(err)
	}
	hash := sha256.Sum256(content)
	return path, hex.EncodeToString(hash[:])
})
