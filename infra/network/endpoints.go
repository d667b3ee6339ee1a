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

// newInterfaceEndpoint lets instances that have no NAT gateway reach a service under its
// usual name.
func (n *Network) newInterfaceEndpoint(ctx *pulumi.Context, service string, group pulumi.StringInput) (*ec2.VpcEndpoint, error) {
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

// wayTo is how instances reach services that have no gateway endpoint: through NAT
// gateways, or else through an interface endpoint for each.
func (n *Network) wayTo(services []string) (flows []conventions.Flow) {
	switch {
	case len(services) == 0:
		return nil
	case n.args.NatGateways == NatNone:
		return []conventions.Flow{{From: conventions.App, To: conventions.Endpoints, Port: conventions.HTTPSPort}}
	}
	return []conventions.Flow{{From: conventions.App, To: conventions.Internet, Port: conventions.HTTPSPort}}
}

// Contribution has instances wait for the routes.
func (n *Network) Contribution() conventions.Contribution {
	return conventions.Contribution{
		BeforeBoot: []pulumi.Resource{n.vpc},
		Outputs:    pulumi.Map{"vpcId": n.VpcID},
	}
}
