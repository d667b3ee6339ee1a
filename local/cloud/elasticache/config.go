package elasticache

import (
	"context"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"

	"myclothes/local/cloud/datastore"
)

// config is the redis.conf. Nothing is kept on disk: a cache node that ends is
// replaced by an empty one.
func (n *cacheNode) config(spec ReplicationGroup, primary *cacheNode) string {
	var b strings.Builder
	set := func(name string, value any) { fmt.Fprintf(&b, "%s %v\n", name, value) }
	port, tlsPort, tlsUse := int(n.Address.Port()), 0, "no"
	if spec.TransitEncryptionEnabled {
		port, tlsPort, tlsUse = 0, port, "yes"
	}
	set("bind", n.Address.Addr())
	set("replica-announce-ip", n.Address.Addr()) // by which its primary tells it from others
	set("protected-mode", "no")
	set("port", port)
	set("tls-port", tlsPort)
	set("tls-replication", tlsUse)
	set("tls-cert-file", strconv.Quote(filepath.Join(n.Dir, "server.crt")))
	set("tls-key-file", strconv.Quote(filepath.Join(n.Dir, "server.key")))
	set("tls-ca-cert-file", strconv.Quote(n.group.service.host.Authority.CAPath))
	set("tls-auth-clients", "no")
	set("dir", strconv.Quote(n.Dir))
	set("save", `""`)
	set("appendonly", "no")
	set("repl-diskless-sync", "yes")
	set("repl-diskless-sync-delay", 0)
	set("repl-diskless-load", "on-empty-db")
	if spec.AuthToken != "" {
		set("requirepass", strconv.Quote(spec.AuthToken))
		set("masterauth", strconv.Quote(spec.AuthToken))
	}
	if primary != nil {
		set("replicaof", fmt.Sprintf("%s %d", primary.Address.Addr(), primary.Address.Port()))
	}
	return b.String()
}

// apply sets the parameters of the group, and those that left it back.
func (n *cacheNode) apply(ctx context.Context, parameters []datastore.Parameter) error {
	wanted := map[string]string{}
	for name, value := range n.original {
		wanted[name] = value
	}
	for _, p := range parameters {
		wanted[p.Name] = p.Value
	}
	n.ignored = nil
	for name, value := range wanted {
		before, err := n.client.ConfigGet(ctx, name).Result()
		if err != nil {
			return err
		}
		if _, known := before[name]; !known {
			n.ignored = append(n.ignored, name) // ElastiCache's own, like reserved-memory-percent
			continue
		}
		if err := n.client.ConfigSet(ctx, name, value).Err(); err != nil {
			return fmt.Errorf("parameter %s=%s: %w", name, value, err)
		}
		if _, had := n.original[name]; !had {
			n.original[name] = before[name]
		}
	}
	return nil
}

// setToken changes the password that the node asks for and uses.
func (n *cacheNode) setToken(ctx context.Context, spec ReplicationGroup) error {
	for _, name := range []string{"masterauth", "requirepass"} {
		if err := n.client.ConfigSet(ctx, name, spec.AuthToken).Err(); err != nil {
			return err
		}
	}
	n.connect(spec)
	return nil
}
