package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"time"

	"golang.org/x/sync/errgroup"

	"myclothes/app/catalog"
	"myclothes/app/dial"
	"myclothes/app/lazy"
	"myclothes/app/postgres"
	"myclothes/app/redis"
	"myclothes/app/secrets"
	"myclothes/app/server"
	"myclothes/app/server/rehearsal"
	"myclothes/app/shop"
	"myclothes/app/throttle"
)

// run serves until ctx ends, and then finishes what is in flight. It logs JSON lines to out. An error is
// a configuration that cannot work, an address that cannot be listened on, or requests that did not
// finish in time; stores that are away are none.
func run(ctx context.Context, getenv func(string) string, out io.Writer) error {
	cfg, err := LoadConfig(getenv)
	if err != nil {
		return fmt.Errorf("configuration:\n%w", err)
	}
	lines := newLateWriter(out)
	defer lines.Flush()
	running, stop := context.WithCancel(context.WithoutCancel(ctx)) // what fails while the service drains is logged soon, too
	defer stop()
	go lines.run(running)
	log := slog.New(slog.NewJSONHandler(lines, nil)).With("instance", cfg.InstanceID, "zone", cfg.AvailabilityZone)
	secretsClient, err := secrets.NewClient(ctx, dial.From(cfg.Address))
	if err != nil {
		return err
	}
	db, err := openDatabase(cfg, secretsClient, log)
	if err != nil {
		return err
	}
	defer db.Close()
	cache, err := openCache(cfg, secretsClient)
	if err != nil {
		return err
	}
	if cache != nil {
		defer cache.Close()
	}
	store, metrics, err := openStore(ctx, cfg, cache, secretsClient)
	if err != nil {
		return err
	}
	spare := optional(cache)
	customers, attempts := lazy.NewCustomers(spare, db), throttle.New(spare, cfg.NewSessions)

	parts := server.Config{
		Release: cfg.Release, InstanceID: cfg.InstanceID, AvailabilityZone: cfg.AvailabilityZone, StoreName: cfg.Store,
		SessionCookie: cfg.SessionCookie, SessionTTL: cfg.Lifetimes.Idle, Store: store,
		Catalog: catalog.New(db), Customers: customers, Orders: db, Throttle: attempts,
		Health: &server.Health{}, Checks: checks(cfg, store, cache, db),
		Metrics: append(metrics, customers.Metrics(), attempts.Metrics(), db.Metrics()), Log: log,
	}
	start := &preparation{
		migrate: db.Migrate,
		rehearse: func(ctx context.Context) error {
			if err := db.Ping(ctx); err != nil { // the writer, as the service's own role
				return fmt.Errorf("database: %w: %w", shop.ErrUnavailable, err)
			}
			return rehearsal.Run(ctx, parts)
		},
		patience: cfg.StartPatience, health: parts.Health, log: log,
	}
	return serve(ctx, cfg, server.New(parts), start.run, log)
}

func openDatabase(cfg Config, client secrets.Client, log *slog.Logger) (*postgres.DB, error) {
	c := postgres.Config{
		Writer: cfg.Database.Writer, Readers: cfg.Database.Readers, Name: cfg.Database.Name,
		Secret: secrets.New[postgres.Login](client, cfg.Database.Secret), Connections: cfg.Database.Connections,
		TLS: cfg.Database.TLS, Dialer: dial.From(cfg.Address), Log: log,
	}
	if cfg.Database.OwnerSecret != "" {
		c.Owner = secrets.New[postgres.Login](client, cfg.Database.OwnerSecret)
	}
	return postgres.Open(c)
}

func checks(cfg Config, store shop.SessionStore, cache *redis.Client, db *postgres.DB) []server.Check {
	list := []server.Check{{Name: "cartStore " + cfg.Store, Ping: store.Ping}, {Name: "databaseWriter", Ping: db.Ping}}
	if cache != nil && cfg.Store != "elasticache" {
		list = append(list, server.Check{Name: "cache", Ping: cache.Ping})
	}
	for i := range cfg.Database.Readers {
		list = append(list, server.Check{
			Name: "databaseReader " + strconv.Itoa(i+1),
			Ping: func(ctx context.Context) error { return db.PingReader(ctx, i) },
		})
	}
	return list
}

// serve listens, and prepares the instance meanwhile. When ctx ends it stops listening and lets requests in flight
// finish; the load balancer has been told before.
func serve(ctx context.Context, cfg Config, service *server.Service, prepare func(context.Context), log *slog.Logger) error {
	public, err := cfg.listen(cfg.Port)
	if err != nil {
		return err
	}
	private, err := cfg.listen(cfg.AdminPort)
	if err != nil {
		public.Close()
		return err
	}
	visitors, operators := newHTTPServer(service, log), newHTTPServer(service.Admin, log)
	operators.WriteTimeout = longestProfile
	log.Info("serving", "address", public.Addr().String(), "admin", private.Addr().String(), "release", cfg.Release, "store", cfg.Store)

	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return accept(visitors, public) })
	group.Go(func() error { return accept(operators, private) })
	group.Go(func() error {
		prepare(ctx)
		return nil
	})
	group.Go(func() error {
		<-ctx.Done()
		defer operators.Close()
		return drain(visitors, cfg.ShutdownTimeout, log)
	})
	return group.Wait()
}

func (cfg Config) listen(port int) (net.Listener, error) {
	host := ""
	if cfg.Address.IsValid() {
		host = cfg.Address.String()
	}
	listener, err := net.Listen("tcp", net.JoinHostPort(host, strconv.Itoa(port)))
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	return listener, nil
}

func accept(httpServer *http.Server, listener net.Listener) error {
	if err := httpServer.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve: %w", err)
	}
	return nil
}

// longestProfile is how long operators may have a processor watched; net/http/pprof refuses what takes longer.
const longestProfile = 2 * time.Minute

const (
	// Longer than the load balancer keeps idle connections (60 s), so that it is never the one to find a connection
	// closed under a request.
	idleTimeout = 75 * time.Second
	bodyTimeout = 10 * time.Second // from the header of a request to the end of its body
)

func newHTTPServer(handler http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler: boundBodies(handler),
		// This counts from when the connection was made, and the load balancer may make one before it has a request
		// for it. Of requests it has it sends whole headers.
		ReadHeaderTimeout: idleTimeout,
		WriteTimeout:      15 * time.Second,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    32 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
}

// boundBodies gives up bodies that do not come. The server's ReadTimeout would count from when the connection was made.
// A request without a body has no such deadline, which would end it.
func boundBodies(handler http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ContentLength != 0 {
			_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(bodyTimeout)) // fails if the connection is broken
		}
		handler.ServeHTTP(w, r)
	})
}

func drain(httpServer *http.Server, limit time.Duration, log *slog.Logger) error {
	log.Info("draining", "limit", limit.String())
	httpServer.SetKeepAlivesEnabled(false)
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	if err := httpServer.Shutdown(ctx); err != nil {
		httpServer.Close()
		return fmt.Errorf("requests did not finish within %s: %w", limit, err)
	}
	log.Info("stopped")
	return nil
}
