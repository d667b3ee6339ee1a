package provider

var networkKinds = map[string]kind{
	"aws:ec2/vpc:Vpc": {
		id: "vpc-{hex17}", outputs: outputs{"arn": ec2ARN("vpc"), "ownerId": "{account}",
			"defaultSecurityGroupId": "sg-{hex17}", "defaultRouteTableId": "{mainRouteTableId}", "defaultNetworkAclId": "acl-{hex17}",
			"mainRouteTableId": "rtb-{hex17}"},
		replace: inputs{"cidrBlock", "instanceTenancy"}, implied: true,
		keep: inputs{"enableDnsHostnames"}, defaults: map[string]any{"enableDnsSupport": true},
	},
	"aws:ec2/subnet:Subnet": {
		id: "subnet-{hex17}", outputs: outputs{"arn": ec2ARN("subnet"), "ownerId": "{account}"},
		replace: inputs{"vpcId", "cidrBlock", "availabilityZone", "availabilityZoneId"},
		keep:    inputs{"availabilityZone", "availabilityZoneId"},
	},
	"aws:ec2/internetGateway:InternetGateway": {
		id: "igw-{hex17}", outputs: outputs{"arn": ec2ARN("internet-gateway"), "ownerId": "{account}"},
	},
	"aws:ec2/natGateway:NatGateway": {
		id: "nat-{hex17}", outputs: outputs{"arn": ec2ARN("natgateway"), "networkInterfaceId": "eni-{hex17}"},
		replace: inputs{"subnetId", "allocationId", "connectivityType"},
	},
	"aws:ec2/eip:Eip": {
		id: "eipalloc-{hex17}", outputs: outputs{"arn": ec2ARN("elastic-ip"), "allocationId": "{id}", "domain": "vpc"},
		replace: inputs{"domain", "publicIpv4Pool", "networkBorderGroup"}, keep: inputs{"domain"},
	},
	"aws:ec2/routeTable:RouteTable": {
		id: "rtb-{hex17}", outputs: outputs{"arn": ec2ARN("route-table"), "ownerId": "{account}"},
		replace: inputs{"vpcId"},
	},
	"aws:ec2/routeTableAssociation:RouteTableAssociation": {
		id: "rtbassoc-{hex17}", replace: inputs{"subnetId", "gatewayId"},
	},
	"aws:ec2/route:Route": {
		id: "r-{routeTableId}{hex10}", outputs: outputs{"state": "active", "origin": "CreateRoute"},
		replace: inputs{"routeTableId", "destinationCidrBlock", "destinationIpv6CidrBlock", "destinationPrefixListId"},
	},
	"aws:ec2/vpcEndpoint:VpcEndpoint": {
		id: "vpce-{hex17}", outputs: outputs{"arn": ec2ARN("vpc-endpoint"), "ownerId": "{account}", "state": "available"},
		sometimes: outputNames{"prefixListId"}, // of a gateway endpoint
		replace:   inputs{"vpcId", "serviceName", "vpcEndpointType"},
		keep:      inputs{"privateDnsEnabled", "routeTableIds", "securityGroupIds"}, defaults: map[string]any{"vpcEndpointType": "Gateway"},
	},
	"aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": {
		id: "sg-{hex17}", outputs: outputs{"arn": ec2ARN("security-group"), "ownerId": "{account}", "name": "default"},
		replace: inputs{"vpcId"}, implied: true,
	},
	"aws:ec2/securityGroup:SecurityGroup": {
		name: "name", id: "sg-{hex17}", outputs: outputs{"arn": ec2ARN("security-group"), "ownerId": "{account}"},
		replace: inputs{"name", "namePrefix", "description", "vpcId"},
	},
	"aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": securityGroupRule,
	"aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule":   securityGroupRule,
}

var securityGroupRule = kind{
	id: "sgr-{hex17}", outputs: outputs{"arn": ec2ARN("security-group-rule"), "securityGroupRuleId": "{id}"},
	replace:      inputs{"securityGroupId"},
	alternatives: inputs{"cidrIpv4", "cidrIpv6", "prefixListId", "referencedSecurityGroupId"},
}
