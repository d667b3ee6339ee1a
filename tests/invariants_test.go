package tests

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/require"
)

func TestEveryURNIsUnique(t *testing.T) {
	everyConfiguration(t, func(t *testing.T, _ settings, g graph) {
		seen := map[string]bool{}
		for _, line := range strings.Split(strings.TrimSpace(g.names()), "\n") {
			require.False(t, seen[line], line)
			seen[line] = true
		}
	})
}

func TestEveryResourceIsUnderAComponent(t *testing.T) {
	everyConfiguration(t, func(t *testing.T, _ settings, g graph) {
		for _, r := range g {
			if strings.HasPrefix(r.token, "myclothes:") {
				require.Contains(t, r.parent, "pulumi:pulumi:Stack", r)
			} else if r.token != "pulumi:pulumi:Stack" {
				require.Contains(t, r.parent, "myclothes:index:", r)
			}
		}
	})
}

// untaggable are the kinds that AWS gives no tags, or that are no AWS resources.
var untaggable = []string{
	"Stack", "RandomPassword", "RandomId", "RandomBytes", "SecretVersion", "RolePolicy", "Policy",
	"BucketPublicAccessBlock", "BucketServerSideEncryptionConfigurationV2", "BucketPolicy",
}

func TestEveryResourceIsTagged(t *testing.T) {
	everyConfiguration(t, func(t *testing.T, _ settings, g graph) {
		for _, r := range g {
			if r.kind() == "Group" || slices.Contains(untaggable, r.kind()) || strings.HasPrefix(r.token, "myclothes:") {
				continue
			}
			for key, want := range map[string]string{"Project": "myclothes", "Stack": "test", "ManagedBy": "pulumi"} {
				require.Equal(t, want, r.input("tags", key), "%s: tag %s", r, key)
			}
			require.NotEmpty(t, r.input("tags", "Name"), r)
		}
		for i := range 4 {
			require.Equal(t, true, g.the(t, "Group").input("tags", i, "propagateAtLaunch"))
		}
	})
}

func TestEverythingThatKeepsDataIsEncrypted(t *testing.T) {
	everyConfiguration(t, func(t *testing.T, _ settings, g graph) {
		for _, r := range g.of("Instance") {
			require.Equal(t, true, r.input("storageEncrypted"), r)
		}
		cache := g.the(t, "ReplicationGroup")
		require.Equal(t, true, cache.input("atRestEncryptionEnabled"))
		require.Equal(t, true, cache.input("transitEncryptionEnabled"))
		require.Equal(t, "required", cache.input("transitEncryptionMode"))
		require.Equal(t, "true", g.the(t, "LaunchTemplate").input("blockDeviceMappings", 0, "ebs", "encrypted"))
		require.Equal(t, "/dev/xvda", g.the(t, "LaunchTemplate").input("blockDeviceMappings", 0, "deviceName"))
		require.Len(t, g.of("BucketServerSideEncryptionConfigurationV2"), len(g.of("BucketV2")))
		require.Len(t, g.of("BucketPublicAccessBlock"), len(g.of("BucketV2")))
		for _, r := range g.of("Table") {
			require.Equal(t, true, r.input("serverSideEncryption", "enabled"), r)
		}
		parameters := g.of("ParameterGroup")
		require.True(t, slices.ContainsFunc(parameters, func(r registration) bool {
			return r.input("parameters", 0, "name") == "rds.force_ssl" && r.input("parameters", 0, "value") == "1"
		}))
	})
}

func TestInstancesAnswerMetadataToTokenHoldersOnly(t *testing.T) {
	everyConfiguration(t, func(t *testing.T, _ settings, g graph) {
		require.Equal(t, "required", g.the(t, "LaunchTemplate").input("metadataOptions", "httpTokens"))
	})
}

// plaintexts walks every property and reports strings outside secrets.
func plaintexts(path string, v resource.PropertyValue, report func(path, text string)) {
	switch {
	case v.IsString():
		report(path, v.StringValue())
	case v.IsArray():
		for _, element := range v.ArrayValue() {
			plaintexts(path+"[]", element, report)
		}
	case v.IsObject():
		for key, element := range v.ObjectValue() {
			plaintexts(path+"."+string(key), element, report)
		}
	case v.IsOutput():
		if !v.OutputValue().Secret {
			plaintexts(path, v.OutputValue().Element, report)
		}
	}
}

// formattedOutput is what fmt makes of a Pulumi output: an address, other in each run.
var formattedOutput = regexp.MustCompile(`0x[0-9a-f]{6,}`)

func TestNoSecretIsInPlainSightAndNoOutputIsFormattedAsAnAddress(t *testing.T) {
	everyConfiguration(t, func(t *testing.T, _ settings, g graph) {
		generated := 0
		for _, r := range g {
			plaintexts(r.String(), resource.NewObjectProperty(r.inputs), func(path, text string) {
				require.NotContains(t, text, secretMark, path)
				require.NotRegexp(t, formattedOutput, text, path)
			})
			if strings.HasPrefix(r.kind(), "RandomPassword") {
				generated++
			}
		}
		require.Equal(t, 3, generated)
		require.NotContains(t, script(t, g), secretMark)
	})
}

func TestSecretsArriveMarkedWhereTheyAreUsed(t *testing.T) {
	t.Parallel()
	g := evaluate(t, update, base())
	require.True(t, g.the(t, "ReplicationGroup").inputs["authToken"].ContainsSecrets())
	for _, r := range g.of("SecretVersion") {
		require.True(t, r.inputs["secretString"].ContainsSecrets(), r)
	}
	for _, r := range g.of("Instance") {
		if _, replica := r.inputs["replicateSourceDb"]; !replica {
			require.True(t, r.inputs["password"].ContainsSecrets(), r)
		}
	}
}

func TestInstancesMayDoOnlyWhatTheServiceDoes(t *testing.T) {
	everyConfiguration(t, func(t *testing.T, _ settings, g graph) {
		policy := g.the(t, "RolePolicy").input("policy").(string)
		require.NotContains(t, policy, `"Resource":"*"`)
		require.NotContains(t, policy, `"*"`)
		require.NotRegexp(t, `"[a-z0-9]+:\*"`, policy, "an action with a wildcard")
		require.Equal(t, len(g.of("Table")) > 0, strings.Contains(policy, "dynamodb:"))
	})
}

// Physical names are Pulumi's: a fixed one makes it delete before it replaces, and
// allows one copy per account. The logical ones leave room for its suffix.
func TestPhysicalNamesAreLeftToPulumiAndFit(t *testing.T) {
	longest := map[string]int{"LoadBalancer": 24, "TargetGroup": 24, "ReplicationGroup": 32, "Role": 56, "BucketV2": 55, "Instance": 55}
	everyConfiguration(t, func(t *testing.T, _ settings, g graph) {
		for _, r := range g {
			if strings.HasPrefix(r.token, "aws:") {
				for _, property := range []string{"name", "bucketPrefix", "identifier", "replicationGroupId", "namePrefix"} {
					require.Nil(t, r.input(property), "%s: %s", r, property)
				}
			}
			if most, limited := longest[r.kind()]; limited && !r.component {
				require.LessOrEqual(t, len(r.name), most, r)
			}
		}
	})
}

func TestProductionDataIsProtected(t *testing.T) {
	t.Parallel()
	g := evaluate(t, update, configurations["prod"])
	require.True(t, g.the(t, "ReplicationGroup").request.GetProtect())
	require.Equal(t, true, g.the(t, "LoadBalancer").input("enableDeletionProtection"))
	for _, r := range g.of("Instance") {
		require.Equal(t, true, r.input("deletionProtection"), r)
		if r.input("replicateSourceDb") == nil {
			require.True(t, r.request.GetProtect(), r)
			require.Regexp(t, `^[a-z][a-z0-9-]*[a-z0-9]$`, r.input("finalSnapshotIdentifier"))
			require.Nil(t, r.input("skipFinalSnapshot"))
		}
	}
}

func TestReplicasRepeatWhatAWSWouldReportAsADifference(t *testing.T) {
	t.Parallel()
	g := evaluate(t, update, configurations["many replicas"])
	var primary registration
	replicas := 0
	for _, r := range g.of("Instance") {
		if r.input("replicateSourceDb") == nil {
			primary = r
		}
	}
	for _, r := range g.of("Instance") {
		if r.input("replicateSourceDb") == nil {
			continue
		}
		replicas++
		require.Equal(t, primary.name+"-1234567", r.input("replicateSourceDb"))
		for _, same := range []string{"storageEncrypted", "maxAllocatedStorage", "copyTagsToSnapshot", "autoMinorVersionUpgrade", "deletionProtection"} {
			require.Equal(t, primary.input(same), r.input(same), same)
		}
		for _, forbidden := range []string{"username", "password", "dbName", "engine", "engineVersion", "allocatedStorage", "dbSubnetGroupName", "finalSnapshotIdentifier"} {
			require.Nil(t, r.input(forbidden), forbidden)
		}
	}
	require.Equal(t, 4, replicas)
}
