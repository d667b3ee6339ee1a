package elasticache

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"

	"myclothes/local/cloud/datastore"
	"myclothes/local/cloud/host"
)

const startTimeout = 20 * time.Second

// cacheNode is one redis-server.
type cacheNode struct {
	datastore.Node
	group   *replicationGroup
	server  *server  // as it was started last; nil before the first time
	busy    bool     // something is done for it beside the keeper
	offset  int64    // how much of the primary's changes it had when it was asked last
	ignored []string // declared parameters that redis-server does not have
}

// server is one start of a node. Whoever does something with it beside the keeper holds on
// to it, while the node may be started anew.
type server struct {
	id       string
	process  *host.Process
	client   *redis.Client
	original map[string]string // what a parameter was before the group set it
}

func (g *replicationGroup) newNode(id, zone string) (*cacheNode, error) {
	eni, err := g.primaryEnd.OpenNode("cache node "+id, g.placement.Subnet[zone])
	if err != nil {
		return nil, err
	}
	address := eni.Address
	n := &cacheNode{group: g, Node: datastore.Node{ID: id, Zone: zone, Dir: filepath.Join(g.dir, id), Address: address}}
	if err := os.MkdirAll(n.Dir, 0o700); err != nil {
		return nil, err
	}
	return n, g.service.host.Authority.IssueTo(n.Dir, address.Addr().String(), eni.Local.String(), g.primaryEnd.Host(), g.readerEnd.Host())
}

// launch starts the node empty, as a replica of primary unless that is nil, and does not
// wait until it can be used.
func (n *cacheNode) launch(primary *cacheNode) error {
	path, err := redisServer()
	if err != nil {
		return err
	}
	// Secrets go into a file that nobody else reads, not into the arguments.
	config := filepath.Join(n.Dir, "redis.conf")
	if err := os.WriteFile(config, []byte(n.config(n.group.Spec(), primary)), 0o600); err != nil {
		return err
	}
	// A server that was killed leaves it, and the next one would begin with it.
	if err := os.Remove(filepath.Join(n.Dir, dumpName)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	c := host.Command{Path: path, Args: []string{config}, Dir: n.Dir, Log: n.group.service.host.LogPath("cache-" + n.ID)}
	p, err := n.group.service.host.Processes.Start(c)
	if err != nil {
		return err
	}
	n.disconnect()
	n.Started(p)
	n.server = &server{n.ID, p, n.connect(), map[string]string{}}
	return nil
}

// ready waits until the server that was launched has its primary's data, or just answers
// if it has none.
func (s *server) ready(ctx context.Context, address netip.AddrPort, primary *cacheNode) error {
	return s.process.Until(ctx, "cache node "+s.id, func(ctx context.Context) error {
		if err := host.Listening(ctx, address); err != nil {
			return err
		}
		if primary == nil {
			return s.client.Ping(ctx).Err()
		}
		a := s.ask(ctx)
		if a.err == nil && !a.follows(primary) {
			return fmt.Errorf("its link to the primary is %q", a.link)
		}
		return a.err
	})
}

// connect makes the client by which the node is looked after.
func (n *cacheNode) connect() *redis.Client {
	patience := n.group.patience()
	options := &redis.Options{
		Addr:            n.Address.String(),
		Username:        keeperUser,
		Password:        n.group.keeperPass,
		Protocol:        2,
		DisableIdentity: true,
		MaxRetries:      -1,
		DialerRetries:   1,
		// Or each client would leave a goroutine behind.
		MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
		PoolSize:                 2, // one is for the watcher
		DialTimeout:              patience,
		ReadTimeout:              patience,
	}
	if n.group.Spec().TransitEncryptionEnabled {
		roots := x509.NewCertPool()
		roots.AddCert(n.group.service.host.Authority.Certificate)
		options.TLSConfig = &tls.Config{RootCAs: roots, ServerName: n.Address.Addr().String()}
	}
	return redis.NewClient(options)
}

func (n *cacheNode) disconnect() {
	if n.server != nil {
		_ = n.server.client.Close()
	}
}

// lead makes the server follow nobody. Nil is no error.
func (s *server) lead(ctx context.Context) error {
	if s == nil {
		return nil
	}
	return s.client.ReplicaOf(ctx, "NO", "ONE").Err()
}

func (s *server) follow(ctx context.Context, primary netip.AddrPort) error {
	return s.client.ReplicaOf(ctx, primary.Addr().String(), strconv.Itoa(int(primary.Port()))).Err()
}

func (n *cacheNode) stop() {
	n.disconnect()
	if n.Process != nil {
		n.Process.Kill()
	}
}

func redisServer() (string, error) {
	path, err := exec.LookPath("redis-server")
	if err != nil {
		return "", errors.New("redis-server is not installed: apt-get install redis-server")
	}
	return path, nil
}

var redisVersion = sync.OnceValue(func() string {
	output, _ := exec.Command("redis-server", "--version").Output()
	if match := regexp.MustCompile(`v=(\S+)`).FindSubmatch(output); match != nil {
		return string(match[1])
	}
	return "unknown"
})
