package provider

// loadBalancing is the beginning of Elastic Load Balancing's ARNs.
const loadBalancing = "arn:aws:elasticloadbalancing:{region}:{account}:"

var webKinds = map[string]kind{
	"aws:lb/loadBalancer:LoadBalancer": {
		name: "name", maxName: 32, id: "{arn}",
		outputs:  outputs{"arnSuffix": "app/{name}/{hex16}", "arn": loadBalancing + "loadbalancer/{arnSuffix}"},
		computed: outputNames{"dnsName", "zoneId"},
		replace:  inputs{"name", "internal", "loadBalancerType"},
		keep:     inputs{"internal", "securityGroups"}, defaults: map[string]any{"loadBalancerType": "application"},
	},
	"aws:lb/targetGroup:TargetGroup": {
		name: "name", maxName: 32, id: "{arn}",
		outputs: outputs{"arnSuffix": "targetgroup/{name}/{hex16}", "arn": loadBalancing + "{arnSuffix}"},
		replace: inputs{"name", "port", "protocol", "protocolVersion", "targetType", "vpcId"},
		keep:    inputs{"healthCheck", "loadBalancingAlgorithmType", "stickiness"}, defaults: map[string]any{"targetType": "instance"},
	},
	"aws:lb/listener:Listener": {
		id: "{arn}", outputs: outputs{"arn": "{loadBalancerArn}/listener/{hex16}"},
		replace: inputs{"loadBalancerArn"}, keep: inputs{"protocol"},
	},
	"aws:ec2/launchTemplate:LaunchTemplate": {
		name: "name", maxName: 128, id: "lt-{hex17}", outputs: outputs{"arn": ec2ARN("launch-template")},
		computed: outputNames{"latestVersion", "defaultVersion"}, volatile: outputNames{"latestVersion", "defaultVersion"},
		keep:    inputs{"metadataOptions"},
		replace: inputs{"name", "namePrefix"},
	},
	"aws:autoscaling/group:Group": {
		name: "name", maxName: 255, id: "{name}",
		outputs: outputs{"arn": "arn:aws:autoscaling:{region}:{account}:autoScalingGroup:{hex32}:autoScalingGroupName/{name}"},
		replace: inputs{"name", "namePrefix"}, keep: inputs{"desiredCapacity", "healthCheckType", "targetGroupArns", "vpcZoneIdentifiers"},
		defaults: map[string]any{"waitForCapacityTimeout": "10m"},
	},
	"aws:autoscaling/policy:Policy": {
		name: "name", maxName: 255, id: "{name}",
		outputs: outputs{"arn": "arn:aws:autoscaling:{region}:{account}:scalingPolicy:{hex32}:autoScalingGroupName/{autoscalingGroupName}:policyName/{name}"},
		replace: inputs{"name", "autoscalingGroupName"},
	},
	"aws:iam/role:Role": {
		name: "name", maxName: 64, id: "{name}",
		outputs: outputs{"arn": "arn:aws:iam::{account}:role/{name}", "uniqueId": "AROA{hex17}"},
		replace: inputs{"name", "namePrefix", "path"},
	},
	"aws:iam/rolePolicy:RolePolicy": {
		name: "name", maxName: 128, id: "{role}:{name}", replace: inputs{"name", "namePrefix", "role"},
	},
	"aws:iam/instanceProfile:InstanceProfile": {
		name: "name", maxName: 128, id: "{name}",
		outputs: outputs{"arn": "arn:aws:iam::{account}:instance-profile/{name}", "uniqueId": "AIPA{hex17}"},
		replace: inputs{"name", "namePrefix", "path"},
	},
}
