package tests

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var updateGolden = flag.Bool("update", false, "rewrite the golden files in testdata")

// golden compares text with a file in testdata.
func golden(t *testing.T, file, text string) {
	t.Helper()
	path := filepath.Join("testdata", file)
	if *updateGolden {
		require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err, "make it with: go test ./tests -update")
	require.Equal(t, string(want), text)
}

// names lists type, name and parent of every resource: its identity in the state.
func (g graph) names() string {
	var lines strings.Builder
	for _, r := range g {
		lines.WriteString(r.token + " " + r.name + " < " + r.parent[strings.LastIndex(r.parent, "::")+2:] + "\n")
	}
	return lines.String()
}

func TestPreviewRegistersWhatUpdateRegisters(t *testing.T) {
	everyConfiguration(t, func(t *testing.T, s settings, g graph) {
		require.Equal(t, g.names(), evaluate(t, preview, s).names())
	})
}

// A renamed or moved resource is deleted and made again, data included, unless it
// has an alias. This test is where such a change shows.
func TestResourcesKeepTheirIdentity(t *testing.T) {
	t.Parallel()
	golden(t, "resources-prod.golden", evaluate(t, update, settings{}).names())
}

func TestEveryReplicaIsReadByTheService(t *testing.T) {
	t.Parallel()
	g := evaluate(t, update, configurations["many replicas"])
	env := environment(t, g)
	require.Equal(t, 4, len(strings.Split(env["CART_DATABASE_READERS"], ",")))
	require.NotContains(t, env["CART_DATABASE_READERS"], env["CART_DATABASE_WRITER"])
}

func TestTheServiceWaitsForACacheReplicaOnlyWhereThereIsOne(t *testing.T) {
	t.Parallel()
	const durability = "CART_CACHE_DURABILITY"
	require.Equal(t, "replicated", environment(t, evaluate(t, update, base()))[durability])
	require.Equal(t, "strict", environment(t, evaluate(t, update, base().with(settings{"cartDurability": "strict", "cacheReplicas": "2"})))[durability])
	require.Equal(t, "fast", environment(t, evaluate(t, update, base().with(settings{"cacheReplicas": "0"})))[durability])
}

func TestRequestsUseAnotherUserThanMigrations(t *testing.T) {
	t.Parallel()
	g := evaluate(t, update, base())
	env := environment(t, g)
	require.NotEqual(t, env["CART_DATABASE_SECRET"], env["CART_DATABASE_OWNER_SECRET"])
	permitted := fmt.Sprint(g.the(t, "RolePolicy").input("policy"))
	users := map[string]bool{}
	for _, version := range g.of("SecretVersion") {
		var login struct{ Username, Password string }
		require.NoError(t, json.Unmarshal([]byte(version.input("secretString").(string)), &login))
		if login.Username != "" {
			users[login.Username] = true
		}
	}
	require.Equal(t, map[string]bool{"myclothes": true, "cart_service": true}, users)
	for _, name := range []string{"CART_DATABASE_SECRET", "CART_DATABASE_OWNER_SECRET"} {
		require.Contains(t, permitted, env[name])
	}
}

func TestHowLongASessionMayLiveFollowsTheConfiguration(t *testing.T) {
	t.Parallel()
	for days, want := range map[string]string{"90": "2160h", "0": "0h"} {
		require.Equal(t, want, environment(t, evaluate(t, update, base().with(settings{"sessionLimitDays": days})))["CART_SESSION_LIMIT"])
	}
}

func TestStickinessIsAlwaysSentAlsoWhenOff(t *testing.T) {
	t.Parallel()
	for stickiness, want := range map[string]map[string]any{
		"none":       {"type": "lb_cookie", "enabled": false, "cookieDuration": 86400.0},
		"lb_cookie":  {"type": "lb_cookie", "enabled": true, "cookieDuration": 86400.0},
		"app_cookie": {"type": "app_cookie", "enabled": true, "cookieDuration": 86400.0, "cookieName": "myclothes_session"},
	} {
		g := evaluate(t, update, base().with(settings{"stickiness": stickiness}))
		require.Equal(t, want, g.the(t, "TargetGroup").input("stickiness"))
		require.Equal(t, "myclothes_session", environment(t, g)["CART_SESSION_COOKIE"])
	}
}

func TestOverHTTPSTheSessionCookieIsBoundToTheHost(t *testing.T) {
	t.Parallel()
	g := evaluate(t, update, configurations["https"].with(settings{"stickiness": "app_cookie"}))
	const name = "__Host-myclothes_session"
	require.Equal(t, name, environment(t, g)["CART_SESSION_COOKIE"])
	require.Equal(t, name, g.the(t, "TargetGroup").input("stickiness", "cookieName"))
}

func TestTheReleaseIsNamedByItsContentAndSurvivesItsSuccessor(t *testing.T) {
	t.Parallel()
	g := evaluate(t, update, base())
	object := g.the(t, "BucketObjectv2")
	require.Equal(t, "cart/"+environment(t, g)["CART_RELEASE"], object.input("key"))
	require.True(t, object.request.GetRetainOnDelete())
}

func TestTheGroupPinsANumberedLaunchTemplateVersionAndRollsOnANewOne(t *testing.T) {
	t.Parallel()
	group := evaluate(t, update, base()).the(t, "Group")
	require.Equal(t, "7", group.input("launchTemplate", "version"))
	require.Equal(t, "Rolling", group.input("instanceRefresh", "strategy"))
	require.Equal(t, 100.0, group.input("instanceRefresh", "preferences", "minHealthyPercentage"))
	require.Nil(t, group.input("desiredCapacity"), "an update would undo what scaling decided")
}

func TestInstancesStartAfterEverythingTheyUseAtBoot(t *testing.T) {
	everyConfiguration(t, func(t *testing.T, _ settings, g graph) {
		needs := strings.Join(g.the(t, "Group").request.GetDependencies(), "\n")
		for _, kind := range []string{
			"SecurityGroupIngressRule", "SecurityGroupEgressRule", "VpcEndpoint", "RolePolicy", "BucketObjectv2",
			"SecretVersion", "ReplicationGroup", "Instance", "Listener", "Table",
		} {
			for _, r := range g.of(kind) {
				require.Contains(t, needs, "::"+r.name, r)
			}
		}
	})
}

func TestDynamoDBReplacesTheCacheAsTheSessionStore(t *testing.T) {
	t.Parallel()
	g := evaluate(t, update, configurations["dynamodb"])
	table := g.the(t, "Table")
	require.Equal(t, map[string]any{"attributeName": "expires", "enabled": true}, table.input("ttl"))
	require.Equal(t, "PAY_PER_REQUEST", table.input("billingMode"))
	require.Equal(t, true, table.input("pointInTimeRecovery", "enabled"))
	require.Equal(t, "dynamodb", environment(t, g)["CART_STORE"])
	require.NotEmpty(t, environment(t, g)["CART_TABLE"])
}

func TestTheArchitectureOfTheReleaseFollowsTheInstanceType(t *testing.T) {
	t.Parallel()
	arm := evaluate(t, update, base())
	x86 := evaluate(t, update, configurations["x86"])
	require.NotEqual(t, environment(t, arm)["CART_RELEASE"], environment(t, x86)["CART_RELEASE"])
	require.Contains(t, arm.the(t, "LaunchTemplate").input("imageId"), "al2023-ami-kernel-default-arm64")
	require.Equal(t, "ami-0123456789abcdef0", x86.the(t, "LaunchTemplate").input("imageId"))
}
