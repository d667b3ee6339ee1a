// Package control is how the command reaches the local cloud that runs in the
// background: it starts it, asks it, shows people what it says, and stops it.
package control

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/gofrs/flock"

	"myclothes/local/boot"
	"myclothes/local/cloud"
	"myclothes/local/cloud/autoscaling/refresh"
	"myclothes/local/cloud/aws"
	"myclothes/local/cloud/operate"
	"myclothes/local/provider"
)

// Options say what local cloud to start. One runs at a time in a project.
type Options struct {
	Root   string `json:"root"`   // the project's folder
	Stack  string `json:"stack"`  // the one stack that it is for
	Region string `json:"region"` // of AWS
	Port   int    `json:"port"`   // on 127.0.0.1, in place of the load balancer's 80
	// HTTPSPort is in place of the load balancer's 443, if the stack declares HTTPS.
	HTTPSPort int `json:"httpsPort"`
	// AWSPort is where the operators' API of AWS is, 0 for a free port.
	AWSPort int    `json:"awsPort"`
	Build   string `json:"build"` // names the code that it runs
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
	Operators string         `json:"operators"` // URL of the operators' API
	AccessKey string         `json:"accessKey"` // that it asks for
	Authority string         `json:"authority"` // file with the certificate of who signs those of the stack, PEM
	Started   time.Time      `json:"started"`
}

// Report is what a local cloud says of itself.
type Report struct {
	URL        string            `json:"url"` // of the shop, as up printed it; empty before
	Components []aws.Component   `json:"components"`
	Refreshes  []refresh.Refresh `json:"refreshes"`
	Recorded   map[string]int    `json:"recorded"` // declared and not simulated, by type
	Unknown    map[string]int    `json:"unknown"`  // operations of AWS that were asked for and are not there
	// WithoutEffect are the declared inputs that change nothing here, by type.
	WithoutEffect map[string][]string `json:"withoutEffect"`
	// Refused are the resources that AWS refused to delete when it was last asked.
	Refused    []string `json:"refused"`
	Goroutines int      `json:"goroutines"`
}

// outcome is what a maintenance window applied, or which orphans were removed.
type outcome struct {
	Done    []string `json:"done"`
	Problem string   `json:"problem,omitempty"`
}

func (o outcome) write(w io.Writer, err error) {
	if err != nil {
		o.Problem = err.Error()
	}
	_ = json.NewEncoder(w).Encode(o)
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
	key := operate.NewAccessKey()
	c, err := cloud.Open(cloud.Options{
		Dir: o.path(dataDir), Region: o.Region, ListenerPorts: map[int]int{80: o.Port, 443: o.HTTPSPort}, Image: boot.CartInstance,
		AccessKey: key,
		Timings:   aws.Timings{Scale: o.Scale}, Logger: log,
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
	operators, url, err := serveOperators(c, o.AWSPort)
	if err != nil {
		return err
	}
	defer operators.Close()
	return serve(ctx, info{Options: o, Operators: url, AccessKey: key, Authority: c.Authority(), Providers: providers.Ports}, c, providers)
}

// serve answers the control API until ctx ends or it is told to stop.
func serve(ctx context.Context, i info, c *cloud.Cloud, providers *provider.Server) error {
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return err
	}
	i.PID, i.Address, i.Token, i.Started = os.Getpid(), listener.Addr().String(), rand.Text(), time.Now()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	server := &http.Server{Handler: control(i.Token, stop, c, providers), ReadHeaderTimeout: time.Second}
	go func() { _ = server.Serve(listener) }()
	if err := i.write(); err != nil {
		return err
	}
	defer os.Remove(i.path(infoFile))
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

// control is the API: GET /report, GET /events?after=NUMBER, POST /maintenance, POST /orphans, POST /stop,
// POST /instances/{id}/lose.
func control(token string, stop func(), c *cloud.Cloud, providers *provider.Server) http.Handler {
	var url atomic.Value // of the shop
	url.Store("")
	mux := http.NewServeMux()
	mux.HandleFunc("POST /url", func(_ http.ResponseWriter, r *http.Request) { url.Store(r.URL.Query().Get("is")) })
	mux.HandleFunc("GET /report", func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(Report{
			URL:        url.Load().(string),
			Components: c.Status(), Refreshes: c.Refreshes(), Recorded: providers.Recorded(), Unknown: c.Operators.Unknown(),
			WithoutEffect: providers.WithoutEffect(), Refused: providers.Refused(), Goroutines: runtime.NumGoroutine(),
		})
	})
	mux.HandleFunc("GET /events", func(w http.ResponseWriter, r *http.Request) {
		after, _ := strconv.ParseInt(r.URL.Query().Get("after"), 10, 64)
		_ = json.NewEncoder(w).Encode(c.Events(after))
	})
	mux.HandleFunc("POST /maintenance", func(w http.ResponseWriter, r *http.Request) {
		applied, err := c.Maintain(r.Context())
		outcome{Done: applied}.write(w, err)
	})
	mux.HandleFunc("POST /orphans", func(w http.ResponseWriter, r *http.Request) {
		var known map[string][]string // ids by type
		if err := json.NewDecoder(r.Body).Decode(&known); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		removed, err := providers.RemoveOrphans(r.Context(), func(typ, id string) bool { return slices.Contains(known[typ], id) })
		outcome{Done: removed}.write(w, err)
	})
	mux.HandleFunc("POST /stop", func(http.ResponseWriter, *http.Request) { stop() })
	mux.HandleFunc("POST /instances/{id}/lose", func(w http.ResponseWriter, r *http.Request) {
		if err := c.LoseInstance(r.PathValue("id")); err != nil {
			http.Error(w, err.Error(), http.StatusNotFound)
		}
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer "+token {
			http.Error(w, "not yours", http.StatusForbidden)
			return
		}
		mux.ServeHTTP(w, r)
	})
}
