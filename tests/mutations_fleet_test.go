package tests

import (
	"slices"
	"strings"

	"myclothes/infra/guards"
)

var fleetMutations = map[string][]mutation{
	"metadata-with-token": {{"IMDSv1", "dev", set(guards.LaunchTemplate, nil, "optional", "metadataOptions", "httpTokens"), []string{"servers"}}},
	"metadata-one-hop":    {{"containers too", "dev", set(guards.LaunchTemplate, nil, 2.0, "metadataOptions", "httpPutResponseHopLimit"), []string{"servers"}}},
	"volumes-encrypted": {
		{"a plain volume", "dev", set(guards.LaunchTemplate, nil, nil, "blockDeviceMappings", 0, "ebs", "encrypted"), []string{"servers"}},
		{"a volume more", "dev", set(guards.LaunchTemplate, nil, "/dev/sdb", "blockDeviceMappings", 0, "deviceName"), []string{"servers"}},
	},
	"no-public-address": {{"a public address", "dev", set(guards.LaunchTemplate, nil, "true", "networkInterfaces", 0, "associatePublicIpAddress"), []string{"servers"}}},
	"user-data-fits": {
		{"a script too long", "dev", userData(strings.Repeat("# more\n", 3000)), []string{"servers"}},
		{"no script", "dev", set(guards.LaunchTemplate, nil, "CART_PORT=8080", "userData"), []string{"servers"}},
	},
	"numbered-version":       {{"the latest", "dev", set(guards.AutoScalingGroup, nil, "$Latest", "launchTemplate", "version"), []string{"servers"}}},
	"balancer-judges-health": {{"EC2 alone", "dev", set(guards.AutoScalingGroup, nil, "EC2", "healthCheckType"), []string{"servers"}}},
	"scaling-decides":        {{"a number", "dev", set(guards.AutoScalingGroup, nil, 2.0, "desiredCapacity"), []string{"servers"}}},
	"boot-after-needs": {{
		// The secret of the cache is still waited for, whose name begins the same.
		"a cache that nobody waits for", "dev", each(guards.AutoScalingGroup, nil, func(r *guards.Resource) {
			r.Dependencies = slices.DeleteFunc(r.Dependencies, func(urn string) bool { return strings.HasSuffix(urn, "::cache") })
		}), []string{"cache"},
	}},
}
