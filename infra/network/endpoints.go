package network

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"myclothes/infra/conventions"
)

// gateways are the peers that are gateway endpoints, which cost nothing.
var gateways = map[conventions.Peer]bool{conventions.S3: true, conventions.DynamoDB: true}

// newGatewayEndpoint lets all subnets reach a service, whose routes it adds to theirs.
func (n *Network) newGatewayEndpoint(ctx *pulumi.Context, service conventions.Peer) (*ec2.VpcEndpoint, error) {
	routeTables := n.vpc.RouteTables.ApplyT(func(tables []*ec2.RouteTable) pulumi.StringArrayOutput {
		ids := pulumi.StringArray{}
		for _, t := range tables {
			ids = append(ids, t.ID().ToStringOutput())
		}
		return ids.ToStringArrayOutput()
	}).(pulumi.StringArrayOutput)
	return ec2.NewVpcEndpoint(ctx, n.name+"-"+string(service), &ec2.VpcEndpointArgs{
		VpcId:           n.VpcID,
		ServiceName:     n.serviceName(string(service)),
		VpcEndpointType: pulumi.String("Gateway"),
		RouteTableIds:   routeTables,
		Tags:            n.args.Tags.Named(string(service)),
	}, pulumi.Parent(n))
}

// newSecretsEndpoint lets instances that have no NAT gateway reach Secrets Manager,
// under its usual name. It is what an instance calls besides S3 and DynamoDB, which have
// gateway endpoints.
func (n *Network) newSecretsEndpoint(ctx *pulumi.Context, group pulumi.StringInput) (*ec2.VpcEndpoint, error) {
	const service = "secretsmanager"
	return ec2.NewVpcEndpoint(ctx, n.name+"-"+service, &ec2.VpcEndpointArgs{
		VpcId:             n.VpcID,
		ServiceName:       n.serviceName(service),
		VpcEndpointType:   pulumi.String("Interface"),
		PrivateDnsEnabled: pulumi.Bool(true),
		SubnetIds:         n.Private,
		SecurityGroupIds:  pulumi.StringArray{group},
		Tags:              n.args.Tags.Named(service),
	}, pulumi.Parent(n))
}

func (n *Network) serviceName(service string) pulumi.String {
	return pulumi.String("com.amazonaws." + n.args.Location.Region + "." + service)
}

// Contribution lets instances reach the other APIs of AWS: through NAT gateways, or else
// through the interface endpoint.
func (n *Network) Contribution() conventions.Contribution {
	way := conventions.Flow{From: conventions.App, To: conventions.Internet, Port: conventions.HTTPSPort}
	if n.args.NatGateways == NatNone {
		way.To = conventions.Endpoints
	}
	return conventions.Contribution{
		Flows:      []conventions.Flow{way},
		BeforeBoot: []pulumi.Resource{n.vpc},
		Outputs:    pulumi.Map{"vpcId": n.VpcID},
	}
}
