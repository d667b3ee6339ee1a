package tests

import (
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/workspace"
	"github.com/stretchr/testify/require"

	"myclothes/infra"
	"myclothes/infra/drawing"
	"myclothes/infra/guards"
	"myclothes/local/engine"
	"myclothes/local/provider"
)

// rehearsed are configurations that together have every option, and each of what an option
// can be where that is one of a few words.
var rehearsed = map[string]settings{
	"as declared": {},
	"the first rung": {
		"cartStore": "instance", "availabilityZones": "2", "vpcCidr": "10.7.0.0/20", "natGateways": "single",
		"minInstances": "2", "maxInstances": "4", "instanceType": "t3.small", "cacheReplicas": "0",
		"readReplicas": "0", "backupRetentionDays": "0", "databaseMultiAz": "false", "deletionProtection": "false",
	},
	"sticky": {
		"cartStore": "instance", "stickiness": "lb_cookie", "stickinessSeconds": "600", "deregistrationSeconds": "60",
		"targetCpuPercent": "50", "targetRequestsPerMinute": "3000", "healthCheckGraceSeconds": "90", "instanceWarmupSeconds": "120",
	},
	"carts in cookies": {
		"cartStore": "cookie", "cookieKeys": "2,1", "natGateways": "none", "sessionTtlHours": "24", "sessionLimitDays": "30",
		"newSessionsPerClient": "10", "amiId": "ami-0123456789abcdef0", "applyImmediately": "true",
		"permissionsBoundaryArn": "arn:aws:iam::123456789012:policy/limit",
	},
	"DynamoDB over HTTPS": {
		"cartStore": "dynamodb", "stickiness": "app_cookie",
		"certificateArn": "arn:aws:acm:eu-west-1:123456789012:certificate/1-2-3", "databaseEngineVersion": "16.4",
		"databaseStorageGb": "50", "databaseMaxStorageGb": "500",
	},
	"strict, with ports of its own": {
		"cartDurability": "strict", "cacheReplicas": "2", "readReplicas": "3", "cacheNodeType": "cache.m7g.large",
		"databaseInstanceClass": "db.m7g.large", "appPort": "9080", "adminPort": "9081", "cachePort": "7000", "databasePort": "6000",
	},
}

func TestTheRehearsedConfigurationsCoverEveryOption(t *testing.T) {
	t.Parallel()
	declared, err := workspace.LoadProject("../Pulumi.yaml")
	require.NoError(t, err)
	values := map[string]map[string]bool{}
	for key, option := range declared.Config {
		values[key] = map[string]bool{}
		for _, s := range rehearsed {
			if value, given := s[key]; given {
				values[key][value] = true
			} else {
				values[key][fmt.Sprint(option.Default)] = true
			}
		}
		require.Greater(t, len(values[key]), 1, "%s is what it is by default everywhere", key)
	}
	for key, words := range map[string][]string{
		"cartStore":   {"instance", "cookie", "elasticache", "dynamodb"},
		"stickiness":  {"none", "lb_cookie", "app_cookie"},
		"natGateways": {"none", "single", "onePerAz"},
	} {
		require.ElementsMatch(t, words, slices.Collect(maps.Keys(values[key])))
	}
}

// The real engine takes the real declaration through a stack's life, over providers that
// record it. What the engine has in its state keeps every rule as well.
func TestTheEngineTakesEveryConfigurationThroughALife(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the Pulumi engine")
	}
	t.Parallel()
	for name, s := range rehearsed {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRehearsal(t, s)
			first := r.preview(t, false)
			require.Equal(t, len(first.Changes), first.Count(engine.Create))
			require.Greater(t, len(first.Changes), 50)

			result, err := r.engine.Up(t.Context(), false)
			require.NoError(t, err)
			require.True(t, result.Changed)
			require.NotEmpty(t, r.providers.Recorded())
			require.Empty(t, guards.Check(r.state(t)))
			requireTheSameDrawing(t, s, r.state(t))
			requireRoomInTheBoundary(t, r.state(t))

			require.Empty(t, r.preview(t, true).Changes, "nothing is other than the state has it, and a second time there is nothing to do")

			require.NoError(t, r.engine.Destroy(t.Context()))
			require.Equal(t, map[string]int{guards.Object: 1}, r.providers.Recorded(), "a release stays for instances that still start from it")
			require.Empty(t, r.state(t))
		})
	}
}

// requireTheSameDrawing wants all that the engine has in its state drawn, and as the mocks
// have it: so docs, which are compared with those, show what the engine registers.
func requireTheSameDrawing(t *testing.T, s settings, state graph) {
	t.Helper()
	require.Empty(t, drawing.Missing(state))
	require.Equal(t, string(drawing.Draw("stack", withNetwork(evaluate(t, update, s)))), string(drawing.Draw("stack", state)))
}

// rehearsal is a stack of the declaration whose state is thrown away.
type rehearsal struct {
	providers *provider.Server
	engine    *engine.Engine
	settings  *engine.Settings
}

func newRehearsal(t *testing.T, s settings) rehearsal {
	t.Helper()
	var given []string
	for key, value := range s {
		given = append(given, key+"="+value)
	}
	root, err := filepath.Abs("..")
	require.NoError(t, err)
	declared, err := engine.LoadSettings(root, "rehearsal", given)
	require.NoError(t, err)
	declared.Throwaway = t.TempDir()
	r := rehearsal{settings: declared}
	r.providers, err = provider.Record(declared.Region, "rehearsal")
	require.NoError(t, err)
	t.Cleanup(r.providers.Close)
	r.engine, err = engine.Open(t.Context(), declared, infra.Deploy, r.providers.Ports, io.Discard)
	require.NoError(t, err)
	t.Cleanup(r.engine.Close)
	return r
}

func (r rehearsal) preview(t *testing.T, refresh bool) *engine.Plan {
	t.Helper()
	plan, err := r.engine.Preview(t.Context(), refresh, provider.Held)
	require.NoError(t, err)
	return plan
}

// state is what the engine has in its state, but for providers.
func (r rehearsal) state(t *testing.T) graph {
	t.Helper()
	state, err := r.settings.Resources()
	require.NoError(t, err)
	var resources []*guards.Resource
	for _, values := range state {
		resources = append(resources, guards.New(values))
	}
	return guards.NewGraph(resources...)
}
