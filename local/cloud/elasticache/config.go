package elasticache

import (
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"myclothes/local/cloud/datastore"
)

// dumpName is the file by which a replica gets its primary's data.
const dumpName = "dump.rdb"

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
	// By a file, which goes again: a replica that is fed through a socket is sent no changes
	// for up to a second after its link is up.
	set("repl-diskless-sync", "no")
	set("rdb-del-sync-files", "yes")
	set("dbfilename", dumpName)
	set("repl-diskless-load", "on-empty-db")
	set("user", "default "+strings.Join(clientRules(n.group.tokens), " "))
	set("user", keeperUser+" on >"+n.group.keeperPass+" ~* &* +@all")
	set("masteruser", keeperUser)
	set("masterauth", n.group.keeperPass)
	if primary != nil {
		set("replicaof", fmt.Sprintf("%s %d", primary.Address.Addr(), primary.Address.Port()))
	}
	return b.String()
}

// apply sets the parameters of the group, and those that left it back. It returns the
// names of those that redis-server does not have, like close-on-replica-write.
func (s *server) apply(ctx context.Context, parameters []datastore.Parameter) (ignored []string, err error) {
	wanted := maps.Clone(s.original)
	for _, p := range parameters {
		wanted[p.Name] = p.Value
	}
	for _, name := range slices.Sorted(maps.Keys(wanted)) {
		if name == reservedMemory || name == reservedMemoryPercent {
			continue // maxmemory is made of it
		}
		before, err := s.client.ConfigGet(ctx, name).Result()
		if err != nil {
			return nil, err
		}
		if _, known := before[name]; !known {
			ignored = append(ignored, name)
			continue
		}
		if err := s.client.ConfigSet(ctx, name, wanted[name]).Err(); err != nil {
			return nil, fmt.Errorf("parameter %s=%s: %w", name, wanted[name], err)
		}
		if _, had := s.original[name]; !had {
			s.original[name] = before[name]
		}
	}
	return ignored, nil
}

// keeperUser is the user as whom the cloud looks after nodes, and nodes get at each other.
// The tokens are for clients alone, so that changing them disturbs nobody else.
const keeperUser = "elasticache-keeper"

// clientRules are what the user of clients may do, who gives one of the tokens.
func clientRules(tokens []string) []string {
	rules := []string{"reset", "on", "~*", "&*", "+@all"}
	if len(tokens) == 0 {
		return append(rules, "nopass")
	}
	for _, token := range tokens {
		rules = append(rules, ">"+token)
	}
	return rules
}

// accept changes the tokens that clients may use. Who is connected stays so.
func (s *server) accept(ctx context.Context, tokens []string) error {
	return s.client.ACLSetUser(ctx, "default", clientRules(tokens)...).Err()
}
