package bench

import (
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// contender is a program that keeps carts, as it is started and loaded.
type contender struct {
	name     string
	sessions int    // that the load rotates over
	keys     string // prefix of its sessions' keys in Redis; empty: it keeps none there
	addsOnly bool   // its reads are those of another contender
	steady   bool   // it is measured at fixed rates too
	program  func(b *testing.B, stage *stage) *exec.Cmd
}

// operations are those that it is measured at.
func (c contender) operations() []string {
	if c.addsOnly {
		return []string{"add"}
	}
	return operations
}

// contenders are those that are measured: what bounds us, who else might be picked, and our stores.
var contenders = []contender{
	{name: floor, sessions: 6000, steady: true, program: goProgram("floor")},
	{name: batchedFloor, sessions: 6000, program: goProgram("floor", "BATCHED=1")},
	{name: acknowledgedFloor, sessions: 6000, addsOnly: true, program: goProgram("floor", "ACKNOWLEDGED=1")},
	{name: scs, sessions: 6000, keys: "scs:session:", program: goProgram("scs")},
	{name: renewedScs, sessions: 6000, keys: "scs:session:", steady: true, program: goProgram("scs", "RENEWED=1")},
	{name: express, sessions: 6000, keys: "sess:", program: onExpress},
	{name: ours, sessions: 6000, keys: "s:", steady: true, program: service("elasticache", unreplicated...)},
	{name: acknowledged, sessions: 6000, addsOnly: true, steady: true, program: service("elasticache", replicated...)},
	{name: "instance", sessions: 6000, program: service("instance")},
	{name: "cookie", sessions: 1000, program: service("cookie")},
	{name: "dynamodb", sessions: 200, program: service("dynamodb")},
}

// The floors: each request makes a round trip of its own, or shares one with others, or waits in it for a replica.
const (
	floor             = "floor"
	batchedFloor      = "floor, batched"
	acknowledgedFloor = "floor, acknowledged"
)

// The peers. On scs, sessions end some time after they began, or after they were last used, as in the service.
const (
	scs        = "scs"
	renewedScs = "scs, renewed"
	express    = "express"
)

// The service as it ships, whose additions are answered at once, or when a replica has them.
const (
	ours         = "elasticache"
	acknowledged = "elasticache, acknowledged"
)

var (
	unreplicated = []string{"CART_CACHE_REPLICA_WAIT=0s", "CART_CACHE_DURABILITY=fast"}
	replicated   = []string{"CART_CACHE_REPLICA_WAIT=100ms", "CART_CACHE_DURABILITY=replicated"}
)

func goProgram(name string, env ...string) func(*testing.B, *stage) *exec.Cmd {
	return func(_ *testing.B, s *stage) *exec.Cmd {
		cmd := exec.Command(filepath.Join(s.binDir, name))
		cmd.Env = append(slices.Clone(s.peer), env...)
		return cmd
	}
}

func onExpress(b *testing.B, s *stage) *exec.Cmd {
	b.Helper()
	script, err := filepath.Abs("express/server.js")
	require.NoError(b, err)
	modules, err := filepath.Abs("../../.local/express/node_modules")
	require.NoError(b, err)
	require.DirExists(b, modules, "Express is missing: make bench installs it")
	cmd := exec.Command("node", script)
	cmd.Env = append(slices.Clone(s.peer), "NODE_ENV=production", "NODE_PATH="+modules)
	return cmd
}

func service(store string, env ...string) func(*testing.B, *stage) *exec.Cmd {
	return func(_ *testing.B, s *stage) *exec.Cmd {
		cmd := exec.Command(filepath.Join(s.binDir, "cart"))
		cmd.Env = append(append(slices.Clone(s.service), "CART_STORE="+store), env...)
		return cmd
	}
}
