package guards

import (
	"encoding/base64"
	"regexp"
	"slices"
	"strings"

	"myclothes/infra/guards/plain"
)

// fleetRules are about instances and what starts them.
var fleetRules = []Rule{
	{
		Name: "metadata-with-token", Control: "EC2.170", Least: 1,
		Promise: "Instances tell their metadata, credentials among it, to holders of a session token alone (IMDSv2).",
		about:   of(LaunchTemplate), check: both(input("required", "metadataOptions", "httpTokens")),
	},
	{
		Name: "metadata-one-hop", Control: "CT.EC2.PR.2", Least: 1,
		Promise: "Metadata does not leave the instance.",
		about:   of(LaunchTemplate), check: both(input(1.0, "metadataOptions", "httpPutResponseHopLimit")),
	},
	{
		Name: "volumes-encrypted", Control: "EC2.181", Least: 1,
		Promise: "The instances' root volume is encrypted, under its own name: another one would be a volume more.",
		about:   of(LaunchTemplate),
		check:   both(input("true", "blockDeviceMappings", 0, "ebs", "encrypted"), input("/dev/xvda", "blockDeviceMappings", 0, "deviceName")),
	},
	{
		Name: "no-public-address", Control: "EC2.25", Least: 1,
		Promise: "Instances have no public address.",
		about:   of(LaunchTemplate),
		check: alone(func(r *Resource) (problems []string) {
			for i := range plain.List(r.Input("networkInterfaces")) {
				problems = append(problems, problem(r.Input("networkInterfaces", i, "associatePublicIpAddress") == "true", "network interface %d has a public address", i)...)
			}
			return problems
		}),
	},
	{
		Name: "user-data-fits", Least: 1,
		Promise: "User data is a script, not longer than EC2 accepts.",
		about:   of(LaunchTemplate), check: alone(userDataFits),
	},
	{
		Name: "numbered-version", Control: "AutoScaling.9", Least: 1,
		Promise: "A group launches a numbered version of a launch template: with $Latest a new one would roll nothing.",
		about:   of(AutoScalingGroup),
		check: alone(func(r *Resource) []string {
			version := r.Input("launchTemplate", "version")
			text, _ := version.(string)
			return problem(!plain.IsUnknown(version) && !number.MatchString(text), "version of the launch template is %s", shown(version))
		}),
	},
	{
		Name: "balancer-judges-health", Control: "AutoScaling.1", Least: 1,
		Promise: "A group replaces what its load balancer finds unhealthy.",
		about:   of(AutoScalingGroup), check: both(input("ELB", "healthCheckType")),
	},
	{
		Name: "scaling-decides", Least: 1,
		Promise: "A group declares no desired capacity: an update would undo what scaling decided.",
		about:   of(AutoScalingGroup), check: both(input(nil, "desiredCapacity")),
	},
	{
		Name: "boot-after-needs", Least: 1,
		Promise: "Instances start after everything that they use when they boot.",
		about:   of(neededAtBoot...), check: awaited,
	},
}

var number = regexp.MustCompile(`^[0-9]+$`)

// neededAtBoot are the types of what an instance uses when it boots.
var neededAtBoot = []string{
	SecurityGroupIngressRule, SecurityGroupEgressRule, VpcEndpoint, RolePolicy, Object,
	SecretVersion, ReplicationGroup, DBInstance, Listener, Table,
}

func awaited(g Graph) judge {
	return func(r *Resource) (problems []string) {
		for _, group := range g.Of(AutoScalingGroup) {
			problems = append(problems, problem(!slices.Contains(group.Dependencies, r.URN), "%v does not wait for it", group)...)
		}
		return problems
	}
}

// userDataLimit is what EC2 accepts, in bytes before encoding.
const userDataLimit = 16 << 10

func userDataFits(r *Resource) []string {
	if plain.IsUnknown(r.Input("userData")) {
		return nil
	}
	encoded, _ := r.Input("userData").(string)
	script, err := base64.StdEncoding.DecodeString(encoded)
	return slices.Concat(
		problem(err != nil || !strings.HasPrefix(string(script), "#!"), "userData is no script in base64"),
		problem(len(script) > userDataLimit, "userData has %d bytes, EC2 accepts %d", len(script), userDataLimit),
	)
}
