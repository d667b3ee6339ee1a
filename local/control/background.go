// Package control is how the command reaches the local cloud that runs in the
// background: it starts it, asks it, shows people what it says, and stops it.
package control

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/gofrs/flock"

	"myclothes/local/boot"
	"myclothes/local/cloud"
	"myclothes/local/cloud/autoscaling"
	"myclothes/local/cloud/aws"
	"myclothes/local/provider"
)

// Options say what local cloud to start. One runs at a time in a project.
type Options struct {
	Root   string `json:"root"`   // the project's folder
	Stack  string `json:"stack"`  // the one stack that it is for
	Region string `json:"region"` // of AWS
	Port   int    `json:"port"`   // on 127.0.0.1, in place of the load balancer's 80
	Build  string `json:"build"`  // names the code that it runs
	// Scale is how long a second of AWS takes, in seconds: see aws.Timings.
	Scale float64 `json:"scale"`
}

// The files of a local cloud, below <root>/.local.
const (
	infoFile = "cloud.json" // how to reach it, for its owner only
	lockFile = "cloud.lock" // held for as long as it runs
	logFile  = "cloud.log"
	dataDir  = "cloud"
)

func (o Options) path(name string) string { return filepath.Join(o.Root, ".local", name) }

// info is how to reach a running local cloud.
type info struct {
	Options
	PID       int            `json:"pid"`
	Address   string         `json:"address"` // of the control API
	Token     string         `json:"token"`   // that it asks for
	Providers map[string]int `json:"providers"`
	Started   time.Time      `json:"started"`
}

// Report is what a local cloud says of itself.
type Report struct {
	Components []aws.Component       `json:"components"`
	Refreshes  []autoscaling.Refresh `json:"refreshes"`
	Recorded   map[string]int        `json:"recorded"` // declared and not simulated, by type
	Goroutines int                   `json:"goroutines"`
}

// stopLimit bounds the end of a local cloud, in which instances finish requests.
const stopLimit = 30 * time.Second

// Run is a local cloud, until ctx ends or it is told to stop. What was left of an
// earlier one is removed.
func Run(ctx context.Context, o Options, log *slog.Logger) (err error) {
	if err := os.MkdirAll(o.path(""), 0o755); err != nil {
		return err
	}
	lock := flock.New(o.path(lockFile))
	if locked, err := lock.TryLock(); err != nil || !locked {
		return errors.Join(errors.New("a local cloud is running in this project already"), err)
	}
	defer lock.Unlock()
	if err := os.RemoveAll(o.path(dataDir)); err != nil {
		return err
	}
	c, err := cloud.Open(cloud.Options{
		Dir: o.path(dataDir), Region: o.Region, ListenerPorts: map[int]int{80: o.Port}, Image: boot.CartInstance,
		Timings: aws.Timings{Scale: o.Scale}, Logger: log,
	})
	if err != nil {
		return err
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.Background(), stopLimit)
		defer cancel()
		err = errors.Join(err, c.Close(ctx), os.RemoveAll(o.path(dataDir)))
	}()
	providers, err := provider.Serve(c)
	if err != nil {
		return err
	}
	defer providers.Close()
	return serve(ctx, o, c, providers)
}

// serve answers the control API until ctx ends or it is told to stop.
func serve(ctx context.Context, o Options, c *cloud.Cloud, providers *provider.Server) error {
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return err
	}
	i := info{
		Options: o, PID: os.Getpid(), Address: listener.Addr().String(), Token: rand.Text(),
		Providers: providers.Ports, Started: time.Now(),
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	server := &http.Server{Handler: control(i.Token, stop, c, providers), ReadHeaderTimeout: time.Second}
	go func() { _ = server.Serve(listener) }()
	if err := i.write(); err != nil {
		return err
	}
	defer os.Remove(o.path(infoFile))
	<-ctx.Done()
	// Who asked for the end still gets an answer.
	answering, done := context.WithTimeout(context.Background(), time.Second)
	defer done()
	return server.Shutdown(answering)
}

// write publishes how to reach the cloud, all at once.
func (i info) write() error {
	text, err := json.MarshalIndent(i, "", "  ")
	if err != nil {
		return err
	}
	next := i.path(infoFile) + ".next"
	if err := os.WriteFile(next, text, 0o600); err != nil {
		return fmt.Errorf("local cloud: %w", err)
	}
	return os.Rename(next, i.path(infoFile))
}

// control is the API: GET /report, POST /stop.
func control(token string, stop func(), c *cloud.Cloud, providers *provider.Server) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /report", func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(Report{c.Status(), c.Refreshes(), providers.Recorded(), runtime.NumGoroutine()})
	})
	mux.HandleFunc("POST /stop", func(http.ResponseWriter, *http.Request) { stop() })
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer "+token {
			http.Error(w, "not yours", http.StatusForbidden)
			return
		}
		mux.ServeHTTP(w, r)
	})
}
