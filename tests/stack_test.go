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

	"myclothes/infra/guards"
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

func TestEveryReplicaIsReadByTheService(t *testing.T) {
	t.Parallel()
	g := evaluate(t, update, configurations["many replicas"])
	env := environment(t, g)
	require.Len(t, g.Of(guards.DBInstance), 1+4)
	require.Len(t, strings.Split(env["CART_DATABASE_READERS"], ","), 4)
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
	permitted := fmt.Sprint(the(t, g, guards.RolePolicy).Input("policy"))
	users := map[string]bool{}
	for _, version := range g.Of(guards.SecretVersion) {
		var login struct{ Username, Password string }
		require.NoError(t, json.Unmarshal([]byte(version.Input("secretString").(string)), &login))
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
		require.Equal(t, want, the(t, g, guards.TargetGroup).Input("stickiness"))
		require.Equal(t, "myclothes_session", environment(t, g)["CART_SESSION_COOKIE"])
	}
}

func TestOverHTTPSTheSessionCookieIsBoundToTheHost(t *testing.T) {
	t.Parallel()
	g := evaluate(t, update, configurations["https"].with(settings{"stickiness": "app_cookie"}))
	const name = "__Host-myclothes_session"
	require.Equal(t, name, environment(t, g)["CART_SESSION_COOKIE"])
	require.Equal(t, name, the(t, g, guards.TargetGroup).Input("stickiness", "cookieName"))
}

func TestTheReleaseIsNamedByItsContentAndSurvivesItsSuccessor(t *testing.T) {
	t.Parallel()
	g := evaluate(t, update, base())
	object := the(t, g, guards.Object)
	require.Equal(t, "cart/"+environment(t, g)["CART_RELEASE"], object.Input("key"))
	require.True(t, object.RetainOnDelete)
}

func TestTheGroupPinsANumberedLaunchTemplateVersionAndRollsOnANewOne(t *testing.T) {
	t.Parallel()
	group := the(t, evaluate(t, update, base()), guards.AutoScalingGroup)
	require.Equal(t, "7", group.Input("launchTemplate", "version"))
	require.Equal(t, "Rolling", group.Input("instanceRefresh", "strategy"))
	require.Equal(t, 100.0, group.Input("instanceRefresh", "preferences", "minHealthyPercentage"))
	require.Nil(t, group.Input("desiredCapacity"), "an update would undo what scaling decided")
}

func TestDynamoDBReplacesTheCacheAsTheSessionStore(t *testing.T) {
	t.Parallel()
	g := evaluate(t, update, configurations["dynamodb"])
	table := the(t, g, guards.Table)
	require.Equal(t, map[string]any{"attributeName": "expires", "enabled": true}, table.Input("ttl"))
	require.Equal(t, "PAY_PER_REQUEST", table.Input("billingMode"))
	require.Equal(t, true, table.Input("pointInTimeRecovery", "enabled"))
	require.Equal(t, "dynamodb", environment(t, g)["CART_STORE"])
	require.NotEmpty(t, environment(t, g)["CART_TABLE"])
}

func TestTheArchitectureOfTheReleaseFollowsTheInstanceType(t *testing.T) {
	t.Parallel()
	arm := evaluate(t, update, base())
	x86 := evaluate(t, update, configurations["x86"])
	require.NotEqual(t, environment(t, arm)["CART_RELEASE"], environment(t, x86)["CART_RELEASE"])
	require.Contains(t, the(t, arm, guards.LaunchTemplate).Input("imageId"), "al2023-ami-kernel-default-arm64")
	require.Equal(t, "ami-0123456789abcdef0", the(t, x86, guards.LaunchTemplate).Input("imageId"))
}
