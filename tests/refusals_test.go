package tests

import (
	"fmt"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/workspace"
	"github.com/stretchr/testify/require"

	"myclothes/infra"
	"myclothes/infra/guards"
)

// refusals mutate a valid configuration; wants are parts of the message: the key,
// the value, and what is accepted.
var refusals = []struct {
	name   string
	mutate settings
	wants  []string
}{
	{"an unknown store", settings{"cartStore": "memcached"}, []string{"cartStore", "memcached", "instance", "cookie", "elasticache", "dynamodb"}},
	{"an unknown durability", settings{"cartDurability": "eventual"}, []string{"cartDurability", "eventual", "fast", "replicated", "strict"}},
	{"strict durability with one replica", settings{"cartDurability": "strict"}, []string{"cartDurability", "strict", "cacheReplicas 1", "needs 2"}},
	{"an unknown stickiness", settings{"stickiness": "lbCookie"}, []string{"stickiness", "lbCookie", "lb_cookie"}},
	{"an app cookie without a session cookie", settings{"stickiness": "app_cookie", "cartStore": "cookie"}, []string{"stickiness", "app_cookie", "lb_cookie with cartStore cookie"}},
	{"one zone", settings{"availabilityZones": "1"}, []string{"availabilityZones", `"1"`, "from 2 to 6"}},
	{"more zones than the region has", settings{"availabilityZones": "4", "minInstances": "4"}, []string{"availabilityZones", "4", "at most 3", region}},
	{"a number in words", settings{"readReplicas": "three"}, []string{"readReplicas", "three", "an integer from 0 to 15"}},
	{"too many replicas", settings{"readReplicas": "16"}, []string{"readReplicas", "16", "from 0 to 15"}},
	{"replicas without backups", settings{"backupRetentionDays": "0"}, []string{"backupRetentionDays", `"0"`, "1 to 35 with readReplicas 1"}},
	{"fewer instances than zones", settings{"minInstances": "1"}, []string{"minInstances", `"1"`, "at least availabilityZones (2)"}},
	{"a warm-up that ends before anybody looks", settings{"instanceWarmupSeconds": "60"}, []string{"instanceWarmupSeconds", `"60"`, "at least healthCheckGraceSeconds (180)"}},
	{"a ceiling below the floor", settings{"maxInstances": "1"}, []string{"maxInstances", `"1"`, "at least minInstances (2)"}},
	{"a network too small for the layout", settings{"vpcCidr": "10.0.0.0/25"}, []string{"vpcCidr", "10.0.0.0/25", "at least /24"}},
	{"a network too small for the fleet", settings{"vpcCidr": "10.0.0.0/24", "maxInstances": "100"}, []string{"maxInstances", "100", "10.0.0.0/24"}},
	{"a network with host bits", settings{"vpcCidr": "10.0.0.1/16"}, []string{"vpcCidr", "10.0.0.1/16", "10.0.0.0/16"}},
	{"a network too large for a VPC", settings{"vpcCidr": "10.0.0.0/8"}, []string{"vpcCidr", "10.0.0.0/8", "/16 to /28"}},
	{"a NAT strategy in other letters", settings{"natGateways": "OnePerAz"}, []string{"natGateways", "OnePerAz", "onePerAz"}},
	{"a certificate that is none", settings{"certificateArn": "arn:aws:iam::1:server-certificate/x"}, []string{"certificateArn", "server-certificate", "acm"}},
	{"an instance type that is none", settings{"instanceType": "small"}, []string{"instanceType", "small"}},
	{"a Mac", settings{"instanceType": "mac2.metal"}, []string{"instanceType", "mac2.metal", "t4g.small"}},
	{"storage that shrinks", settings{"databaseStorageGb": "200"}, []string{"databaseMaxStorageGb", "100", "at least databaseStorageGb (200)"}},
	{"a drain too short to use", settings{"deregistrationSeconds": "1"}, []string{"deregistrationSeconds", `"1"`, "from 10 to 3600"}},
	{"a limit below none", settings{"newSessionsPerClient": "-1"}, []string{"newSessionsPerClient", `"-1"`, "from 0 to 1000000"}},
	{"a cookie key twice", settings{"cookieKeys": "1,1"}, []string{"cookieKeys", "1,1", "different numbers", "like 2,1"}},
	{"a cookie key in letters", settings{"cookieKeys": "new,old"}, []string{"cookieKeys", "new,old", "from 1 to 9999"}},
	{"the service's port for operators", settings{"adminPort": "8080"}, []string{"adminPort", `"8080"`, "another port than appPort (8080)"}},
	{"a session without end in words", settings{"sessionLimitDays": "never"}, []string{"sessionLimitDays", "never", "from 0 to 3650"}},
	{"more instances than the database has connections for", settings{"databaseInstanceClass": "db.t4g.micro", "maxInstances": "7"},
		[]string{"maxInstances", `"7"`, "at most 6 with databaseInstanceClass db.t4g.micro"}},
	{"a truth value that is none", settings{"databaseMultiAz": "yes"}, []string{"databaseMultiAz", "yes", "true or false"}},
}

func TestIllegalConfigurationsAreRefusedBeforeAnythingIsRegistered(t *testing.T) {
	t.Parallel()
	for _, c := range refusals {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			for _, m := range []mode{update, preview} {
				g, err := deploy(m, base().with(c.mutate))
				require.Error(t, err)
				for _, want := range c.wants {
					require.ErrorContains(t, err, want)
				}
				require.Empty(t, g)
			}
		})
	}
}

func TestTheFleetFitsTheConnectionsOfTheDatabase(t *testing.T) {
	t.Parallel()
	for class, most := range map[string]string{"db.t4g.micro": "6", "db.t4g.medium": "28", "db.m7g.large": "58", "db.r7g.24xlarge": "368", "db.x2g.large": "1000"} {
		_, err := deploy(preview, base().with(settings{"databaseInstanceClass": class, "maxInstances": most}))
		require.NoError(t, err, "%s serves %s instances", class, most)
	}
	_, err := deploy(preview, base().with(settings{"databaseInstanceClass": "db.t4g.medium", "maxInstances": "29"}))
	require.ErrorContains(t, err, "at most 28 with databaseInstanceClass db.t4g.medium")
}

func TestARenamedProjectKeepsItsConfiguration(t *testing.T) {
	t.Parallel()
	g, err := deployAs("boutique", update, base().with(settings{"minInstances": "3"}))
	require.NoError(t, err)
	require.Equal(t, 3.0, the(t, g, guards.AutoScalingGroup).Input("minSize"))
	_, err = deployAs("boutique", update, base().with(settings{"minInstances": "1"}))
	require.ErrorContains(t, err, `boutique:minInstances: "1" is not accepted`)
	_, err = deployAs("boutique", update, base().with(settings{"availabilityZones": "4", "minInstances": "4"}))
	require.ErrorContains(t, err, `boutique:availabilityZones: "4" is not accepted`)
}

func TestAllProblemsAreReportedTogether(t *testing.T) {
	t.Parallel()
	_, err := deploy(update, base().with(settings{"cartStore": "x", "readReplicas": "y", "natGateways": "z"}))
	for _, key := range []string{"cartStore", "readReplicas", "natGateways"} {
		require.ErrorContains(t, err, project+":"+key)
	}
}

// A misspelt key would otherwise mean its default. The engine hands the program all
// its keys in this variable.
func TestUnknownKeysAreRefused(t *testing.T) {
	t.Setenv("PULUMI_CONFIG", `{"myclothes:readReplica":"2","aws:region":"eu-west-1"}`)
	_, err := deploy(update, base())
	require.ErrorContains(t, err, "myclothes:readReplica")
	require.ErrorContains(t, err, "readReplicas")
	// After the project was renamed, its stacks' files still have the old name.
	t.Setenv("PULUMI_CONFIG", `{"myclothes:readReplicas":"2","aws:region":"eu-west-1"}`)
	_, err = deployAs("boutique", update, base())
	require.ErrorContains(t, err, "accepted: boutique:readReplicas")
}

func TestPulumiYamlDescribesEveryKeyWithTheDefaultThatTheProgramUses(t *testing.T) {
	t.Parallel()
	project, err := workspace.LoadProject("../Pulumi.yaml")
	require.NoError(t, err)
	defaults := settings{}
	for key, declared := range project.Config {
		require.NotEmpty(t, declared.Description, key)
		require.NotNil(t, declared.Type, key)
		if declared.Default != "" {
			defaults[key] = fmt.Sprint(declared.Default)
		}
	}
	require.Len(t, project.Config, len(new(infra.Config).Keys()))
	require.Equal(t, asText(evaluate(t, update, settings{})), asText(evaluate(t, update, defaults)))
	for key := range project.Config {
		_, err := deploy(update, base().with(settings{key: "\x00"}))
		require.ErrorContains(t, err, string(project.Name)+":"+key, "the program does not read the key")
	}
}

// asText renders a graph with everything in it.
func asText(g graph) string {
	var lines strings.Builder
	for _, r := range g {
		fmt.Fprintln(&lines, r, r.Inputs)
	}
	return lines.String()
}

func TestTheDevStackIsAccepted(t *testing.T) {
	t.Parallel()
	project, err := workspace.LoadProject("../Pulumi.yaml")
	require.NoError(t, err)
	stack, err := workspace.LoadProjectStack(nil, project, "../Pulumi.dev.yaml")
	require.NoError(t, err)
	s := settings{}
	for key, value := range stack.Config {
		if key.Namespace() != string(project.Name) {
			continue
		}
		require.Contains(t, project.Config, key.Name())
		s[key.Name()], err = value.Value(nil)
		require.NoError(t, err)
	}
	require.NotEmpty(t, s)
	evaluate(t, update, s)
}

func TestCartsElsewhereNeedNoReplicasToBeDurable(t *testing.T) {
	t.Parallel()
	for _, store := range []string{"instance", "cookie", "dynamodb"} {
		_, err := deploy(update, base().with(settings{"cartStore": store, "cartDurability": "strict"}))
		require.NoError(t, err, store)
	}
}
