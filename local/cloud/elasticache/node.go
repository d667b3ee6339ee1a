package elasticache

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"

	"myclothes/local/cloud/datastore"
	"myclothes/local/cloud/host"
)

const (
	startTimeout = 20 * time.Second
	// A node that does not answer for so long, again and again, is dead: a client that
	// goes on asking finds the next primary within three seconds.
	pingTimeout = 650 * time.Millisecond
)

// cacheNode is one redis-server.
type cacheNode struct {
	datastore.Node
	group    *replicationGroup
	client   *redis.Client     // nil before the first start
	original map[string]string // what a parameter was before the group set it
	ignored  []string          // declared parameters that redis-server does not have
}

func (g *replicationGroup) newNode(id, zone string) (*cacheNode, error) {
	address, err := g.service.host.Loopback.NodeAddress()
	if err != nil {
		return nil, err
	}
	n := &cacheNode{group: g, Node: datastore.Node{ID: id, Zone: zone, Dir: filepath.Join(g.dir, id), Address: address}}
	if err := os.MkdirAll(n.Dir, 0o700); err != nil {
		return nil, err
	}
	return n, g.service.host.Authority.IssueTo(n.Dir, address.Addr().String(), g.primaryEnd.Host(), g.readerEnd.Host())
}

// start starts the node empty, as a replica of primary unless that is nil, and
// returns when it has the primary's data.
func (n *cacheNode) start(ctx context.Context, spec ReplicationGroup, primary *cacheNode) error {
	path, err := redisServer()
	if err != nil {
		return err
	}
	// Secrets go into a file that nobody else reads, not into the arguments.
	config := filepath.Join(n.Dir, "redis.conf")
	if err := os.WriteFile(config, []byte(n.config(spec, primary)), 0o600); err != nil {
		return err
	}
	c := host.Command{Path: path, Args: []string{config}, Dir: n.Dir, Log: n.group.service.host.LogPath("cache-" + n.ID)}
	p, err := n.group.service.host.Processes.Start(c)
	if err != nil {
		return err
	}
	n.Started(p)
	n.connect(spec)
	n.original = map[string]string{}
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	err = n.Process.Until(ctx, "cache node "+n.ID, func(ctx context.Context) error {
		if err := host.Listening(ctx, n.Address); err != nil {
			return err
		}
		if primary == nil {
			return n.client.Ping(ctx).Err()
		}
		return n.following(ctx)
	})
	if err != nil {
		n.Process.Kill()
	}
	return err
}

// connect makes the client by which the node is looked after.
func (n *cacheNode) connect(spec ReplicationGroup) {
	n.disconnect()
	options := &redis.Options{
		Addr:            n.Address.String(),
		Password:        spec.AuthToken,
		Protocol:        2,
		DisableIdentity: true,
		MaxRetries:      -1,
		DialerRetries:   1,
		// Or each client would leave a goroutine behind.
		MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
		PoolSize:                 1,
		DialTimeout:              pingTimeout,
		ReadTimeout:              pingTimeout,
	}
	if spec.TransitEncryptionEnabled {
		roots := x509.NewCertPool()
		roots.AddCert(n.group.service.host.Authority.Certificate)
		options.TLSConfig = &tls.Config{RootCAs: roots, ServerName: n.Address.Addr().String()}
	}
	n.client = redis.NewClient(options)
}

func (n *cacheNode) disconnect() {
	if n.client != nil {
		_ = n.client.Close()
	}
}

// check ends a node that does not answer any more.
func (n *cacheNode) check(ctx context.Context) {
	if !n.Alive() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, pingTimeout)
	defer cancel()
	var answer redis.Error
	err := n.client.Ping(ctx).Err()
	if err == nil || errors.As(err, &answer) {
		n.Answered() // a refusal is an answer too: a long script runs
		n.measure(ctx, n.client, n.Process)
		return
	}
	n.Missed(err, n.group.service.host.Log)
}

func (n *cacheNode) follow(ctx context.Context, primary *cacheNode) error {
	return n.client.ReplicaOf(ctx, primary.Address.Addr().String(), strconv.Itoa(int(primary.Address.Port()))).Err()
}

// following is nil when the replica has the primary's data and gets its changes.
func (n *cacheNode) following(ctx context.Context) error {
	link, err := n.replicationInfo(ctx, "master_link_status")
	if err == nil && link != "up" {
		return fmt.Errorf("its link to the primary is %q", link)
	}
	return err
}

// offset says how much of the primary's changes the replica has.
func (n *cacheNode) offset(ctx context.Context) (int64, error) {
	value, err := n.replicationInfo(ctx, "slave_repl_offset")
	if err != nil {
		return 0, err
	}
	return strconv.ParseInt(value, 10, 64)
}

func (n *cacheNode) replicationInfo(ctx context.Context, field string) (string, error) {
	info, err := n.client.Info(ctx, "replication").Result()
	if err != nil {
		return "", err
	}
	for line := range strings.Lines(info) {
		if value, ok := strings.CutPrefix(strings.TrimSpace(line), field+":"); ok {
			return value, nil
		}
	}
	return "", fmt.Errorf("no %s in INFO replication", field)
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
