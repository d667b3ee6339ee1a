package forecast

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"myclothes/infra/guards"
	"myclothes/local/cloud/aws"
	"myclothes/local/engine"
)

// finding is a reason with how long requests fail because of it.
type finding struct {
	Reason
	Span
}

// effect says what the change in place of a property does to requests.
type effect func(c *change, ch engine.Change, p engine.Property) []finding

// onAWS is how long a timing of the table takes on AWS.
func onAWS(timing aws.Timing) time.Duration { return aws.Timings{Scale: 1}.Exactly(timing) }

// harmless are, by type, the properties whose change in place fails no request and loses
// no data. A type that is not here is one that nothing here knows.
var harmless = map[string][]string{
	guards.DBInstance: words(`tags tagsAll maxAllocatedStorage copyTagsToSnapshot deletionProtection autoMinorVersionUpgrade multiAz
		finalSnapshotIdentifier skipFinalSnapshot vpcSecurityGroupIds backupWindow maintenanceWindow monitoringInterval monitoringRoleArn
		performanceInsightsEnabled performanceInsightsRetentionPeriod engineLifecycleSupport enabledCloudwatchLogsExports
		deleteAutomatedBackups iops storageThroughput allowMajorVersionUpgrade`),
	guards.ReplicationGroup: words(`tags tagsAll description numCacheClusters automaticFailoverEnabled multiAzEnabled securityGroupIds
		snapshotRetentionLimit snapshotWindow maintenanceWindow autoMinorVersionUpgrade finalSnapshotIdentifier logDeliveryConfigurations
		notificationTopicArn`),
	guards.Table:  words(`tags tagsAll deletionProtectionEnabled pointInTimeRecovery ttl billingMode serverSideEncryption`),
	guards.Secret: words(`tags tagsAll description recoveryWindowInDays forceOverwriteReplicaSecret`),
	guards.Bucket: words(`tags tagsAll forceDestroy`), guards.Object: words(`tags tagsAll contentType serverSideEncryption source etag sourceHash`),
	guards.LoadBalancer: words(`tags tagsAll enableDeletionProtection dropInvalidHeaderFields accessLogs connectionLogs securityGroups`),
	guards.TargetGroup:  words(`tags tagsAll deregistrationDelay stickiness loadBalancingAlgorithmType slowStart`),
	guards.Listener:     words(`tags tagsAll`),
	guards.AutoScalingGroup: words(`tags healthCheckGracePeriod defaultInstanceWarmup instanceRefresh minElbCapacity
		waitForCapacityTimeout launchTemplate enabledMetrics metricsGranularity`),
	guards.LaunchTemplate: nil, guards.ScalingPolicy: words(`targetTrackingConfiguration estimatedInstanceWarmup`),
	guards.SecurityGroup: words(`tags tagsAll revokeRulesOnDelete`), guards.DefaultSecurityGroup: words(`tags tagsAll`),
	guards.SecurityGroupIngressRule: words(`tags tagsAll description`), guards.SecurityGroupEgressRule: words(`tags tagsAll description`),
	guards.VpcResource: words(`tags tagsAll`), guards.Subnet: words(`tags tagsAll`), guards.VpcEndpoint: words(`tags tagsAll routeTableIds subnetIds securityGroupIds`),
	"aws:ec2/internetGateway:InternetGateway": words(`tags tagsAll`), "aws:ec2/natGateway:NatGateway": words(`tags tagsAll`),
	"aws:ec2/eip:Eip": words(`tags tagsAll`), "aws:ec2/routeTable:RouteTable": words(`tags tagsAll`),
	guards.Route: words(`natGatewayId`), guards.RouteTableAssociation: nil,
	guards.CacheParameterGroup: words(`tags tagsAll parameters`), guards.CacheSubnetGroup: words(`tags tagsAll`),
	guards.DBParameterGroup: words(`tags tagsAll`), guards.DBSubnetGroup: words(`tags tagsAll`),
	guards.Role: words(`tags tagsAll description maxSessionDuration`), guards.RolePolicy: nil, guards.InstanceProfile: words(`tags tagsAll`),
	guards.BucketPolicy: nil, guards.BucketPublicAccessBlock: words(`blockPublicAcls blockPublicPolicy ignorePublicAcls restrictPublicBuckets`),
	guards.BucketEncryption: words(`rules`), guards.SecretVersion: words(`versionStages`),
	guards.RandomBytes: nil, guards.RandomID: nil, guards.RandomPassword: nil,
	"aws:cloudwatch/metricAlarm:MetricAlarm": words(`tags tagsAll threshold alarmDescription alarmActions okActions evaluationPeriods datapointsToAlarm period`),
	"aws:cloudwatch/logGroup:LogGroup":       words(`tags tagsAll`), "aws:cloudwatch/dashboard:Dashboard": words(`dashboardBody`),
}

func words(text string) []string { return strings.Fields(text) }

// known says whether there is a row for a type.
func known(typ string) bool { _, ok := harmless[typ]; return ok }

// effects are, by type, the properties whose change in place may fail requests.
var effects = map[string]map[string]effect{
	guards.DBInstance: {
		"instanceClass": restarts, "engineVersion": upgrades, "port": moves, "backupRetentionPeriod": beginsBackups,
		"allocatedStorage": grows, "storageType": grows, "parameterGroupName": awaitsReboot, "applyImmediately": appliesWhatWaits, "password": rotates,
	},
	guards.ReplicationGroup: {
		"nodeType": scales, "engineVersion": scales, "parameterGroupName": awaitsReboot, "applyImmediately": appliesWhatWaits,
	},
	guards.Listener:         {"defaultActions": answers},
	guards.AutoScalingGroup: {"targetGroupArns": leavesTargets, "minSize": empties, "maxSize": empties, "vpcZoneIdentifiers": movesAway},
	guards.LoadBalancer:     {"subnets": movesAway},
	guards.CacheSubnetGroup: {"subnetIds": leaves},
	guards.DBSubnetGroup:    {"subnetIds": leaves},
}

// restarts is a change of the machine under a database.
func restarts(c *change, ch engine.Change, p engine.Property) []finding {
	is := c.is(ch)
	if is.Input("replicateSourceDb") != nil {
		return []finding{{Reason: Reason{Verdict: No, Text: fmt.Sprintf("%s: %s: a read replica restarts, and reads go to the primary meanwhile", ch.Title(), turn(p))}}}
	}
	f := finding{Reason: Reason{Verdict: Yes, Text: fmt.Sprintf("%s: %s: ", ch.Title(), turn(p))}}
	if is.Input("multiAz") == true && c.was(ch).Input("multiAz") == true {
		f.Text += "RDS changes the standby and fails over to it"
		f.Span = Span{onAWS(aws.DNSLifetime), onAWS(aws.DatabaseDetection) + onAWS(aws.DatabasePromotion) + onAWS(aws.DNSLifetime)*9}
	} else {
		f.Text += "without a standby the database is away while RDS changes its machine"
		f.Span = Span{time.Minute, 15 * time.Minute}
	}
	return []finding{c.later(ch, f)}
}

// later puts off what AWS does not do at once.
func (c *change) later(ch engine.Change, f finding) finding {
	if c.is(ch).Input("applyImmediately") != true {
		f.Later = true
		f.Text += ", in the next maintenance window, because applyImmediately is off"
	}
	return f
}

// upgrades is a change of PostgreSQL's version.
func upgrades(c *change, ch engine.Change, p engine.Property) []finding {
	old, new := fmt.Sprint(p.Old), fmt.Sprint(p.New)
	if major(old) == major(new) && !strings.Contains(new, ".") {
		return []finding{{Reason: Reason{Verdict: No, Text: fmt.Sprintf("%s: %s: it names no other minor version", ch.Title(), turn(p))}}}
	}
	if major(old) != major(new) && c.is(ch).Input("allowMajorVersionUpgrade") != true {
		c.refuse("RDS refuses another major version of %s unless allowMajorVersionUpgrade is set, and an older one always: %s", ch.Title(), turn(p))
		return []finding{{Reason: Reason{Verdict: Unknown, Text: fmt.Sprintf("%s: %s, which RDS refuses without allowMajorVersionUpgrade: the update stops there, after what came before it", ch.Title(), turn(p))}}}
	}
	f := finding{Reason{Verdict: Yes, Text: fmt.Sprintf("%s: %s: the database and its standby are upgraded together, and away meanwhile", ch.Title(), turn(p))}, Span{time.Minute, time.Hour}}
	return []finding{c.later(ch, f)}
}

// major is the part of PostgreSQL's version whose change is an upgrade.
func major(version string) string {
	number, _, _ := strings.Cut(version, ".")
	return number
}

// moves is another port of a database that stays: RDS restarts it at once, and instances
// look for it at the old one until they are replaced.
func moves(c *change, ch engine.Change, p engine.Property) []finding {
	roll := c.rollTime()
	return []finding{{Reason{Verdict: Yes, Text: fmt.Sprintf("%s: %s: RDS restarts it at once, and instances that are not replaced yet look for it at the old port", ch.Title(), turn(p))},
		Span{roll.first, roll.whole}}}
}

// beginsBackups is a retention of backups that becomes zero, or no longer is: "downtime
// occurs" ("Settings for DB instances",
// https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ModifyInstance.Settings.html).
func beginsBackups(c *change, ch engine.Change, p engine.Property) []finding {
	old, _ := number(p.Old)
	new, _ := number(p.New)
	if (old == 0) == (new == 0) {
		return nil
	}
	f := finding{Reason{Verdict: Yes, Text: fmt.Sprintf("%s: %s: RDS restarts the database when it begins or ends to make backups", ch.Title(), turn(p))},
		Span{5 * time.Second, 5 * time.Minute}}
	return []finding{c.later(ch, f)}
}

func grows(c *change, ch engine.Change, p engine.Property) []finding {
	old, _ := number(p.Old)
	if new, ok := number(p.New); ok && new < old {
		return []finding{{Reason: Reason{Verdict: Unknown, Text: fmt.Sprintf("%s: %s, which RDS refuses: the update stops there, after what came before it", ch.Title(), turn(p))}}}
	}
	return nil
}

func awaitsReboot(_ *change, ch engine.Change, p engine.Property) []finding {
	return []finding{{Reason: Reason{Verdict: Unknown, Text: fmt.Sprintf("%s: %s: some parameters wait for a restart", ch.Title(), turn(p))}}}
}

// appliesWhatWaits is that what waits for the maintenance window may be done at once:
// nothing declared tells what that is.
func appliesWhatWaits(c *change, ch engine.Change, p engine.Property) []finding {
	if c.is(ch).Input("applyImmediately") != true {
		return nil
	}
	return []finding{{Reason: Reason{Verdict: Unknown, Text: fmt.Sprintf("%s: %s: what waits for the maintenance window, if anything does, is done with the next change", ch.Title(), turn(p))}}}
}

func rotates(_ *change, ch engine.Change, _ engine.Property) []finding {
	return []finding{{Reason: Reason{Verdict: Unknown, Text: ch.Title() + " has another password: instances that need it learn it within minutes"}}}
}

// scales is a change of the nodes of a cache, which ElastiCache makes online: new nodes
// follow the old ones, and one of them is promoted.
func scales(c *change, ch engine.Change, p engine.Property) []finding {
	f := finding{Reason{Verdict: Yes, Text: fmt.Sprintf("%s: %s: ElastiCache replaces its nodes and promotes a new one; changes of carts wait, or fail, meanwhile", ch.Title(), turn(p))},
		Span{0, onAWS(aws.CachePromotion) + onAWS(aws.DNSLifetime)}}
	return []finding{c.later(ch, f)}
}

// answers is a listener that does other than before with requests.
func answers(c *change, ch engine.Change, p engine.Property) []finding {
	was, is := c.was(ch).Input("defaultActions", 0, "type"), c.is(ch).Input("defaultActions", 0, "type")
	switch {
	case is != "forward" && is != "redirect" && was != is:
		return []finding{{Reason{Verdict: Yes, Text: fmt.Sprintf("%s forwards nothing any more: %s → %s", ch.Title(), shown(was), shown(is))}, Span{time.Second, 0}}}
	case was != is:
		return []finding{{Reason{Verdict: Yes, Text: ch.Title() + " redirects other than before: a form that was on its way is lost, once"}, Span{0, 10 * time.Second}}}
	case is == "forward" && c.dropped(ch, guards.TargetGroup, "defaultActions", 0, "targetGroupArn") == "":
		return nil // what becomes of that target group is told there
	}
	return []finding{{Reason: Reason{Verdict: Unknown, Text: fmt.Sprintf("%s: %s: no table here knows who answers then", ch.Title(), turn(p))}}}
}

// dropped is the first resource of a type that an input named and no longer names, "" if
// there is none.
func (c *change) dropped(ch engine.Change, typ string, path ...any) (name string) {
	var kept []string
	for _, r := range c.after.Referenced(c.is(ch), typ, path...) {
		kept = append(kept, r.URN)
	}
	for _, r := range c.before.Referenced(c.was(ch), typ, path...) {
		if !slices.Contains(kept, r.URN) {
			return r.Name
		}
	}
	return ""
}

// leavesTargets is a fleet that a target group no longer sends requests to.
func leavesTargets(c *change, ch engine.Change, _ engine.Property) []finding {
	left := c.dropped(ch, guards.TargetGroup, "targetGroupArns")
	if left == "" {
		return nil
	}
	return []finding{{Reason{Verdict: Yes, Text: fmt.Sprintf("%s leaves the target group %s: nobody answers there", ch.Title(), left)}, Span{time.Second, 0}}}
}

// movesAway is a load balancer, or a fleet, that leaves a subnet: connections through it
// end, and what there is in others nothing declared tells.
func movesAway(c *change, ch engine.Change, p engine.Property) []finding {
	left := c.dropped(ch, guards.Subnet, root(p.Path))
	if left == "" {
		return nil
	}
	return []finding{{Reason: Reason{Verdict: Unknown, Text: fmt.Sprintf("%s leaves %s, and no table here knows whether it can do its work in the others", ch.Title(), left)}}}
}

// empties is a fleet that is, or may be, without instances.
func empties(_ *change, ch engine.Change, p engine.Property) []finding {
	switch {
	case p.New != 0.0:
		return nil
	case p.Path == "maxSize":
		return []finding{{Reason{Verdict: Yes, Text: ch.Title() + ": " + turn(p) + ": nobody answers"}, Span{time.Second, 0}}}
	}
	return []finding{{Reason: Reason{Verdict: Unknown, Text: ch.Title() + ": " + turn(p) + ": scaling may end the last instance"}}}
}
