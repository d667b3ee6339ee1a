package infra

import (
	"fmt"
	"net/netip"
	"slices"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	awsx "github.com/pulumi/pulumi-awsx/sdk/v2/go/awsx/ec2"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// NetworkArgs say what network to make.
type NetworkArgs struct {
	CIDR        netip.Prefix
	Zones       []string // names, one subnet of each tier in each
	NatGateways NatGateways
	Region      string
	// Gateways are the AWS services reached through a gateway endpoint, which costs
	// nothing: "s3", "dynamodb".
	Gateways []string

	subnets []subnetTier
	tags    tagger
}

// Network is a VPC with public, private and isolated subnets in every zone.
type Network struct {
	pulumi.ResourceState

	VpcID    pulumi.StringOutput
	Public   pulumi.StringArrayOutput // subnet ids, for the load balancer
	Private  pulumi.StringArrayOutput // subnet ids, for instances
	Isolated pulumi.StringArrayOutput // subnet ids, for cache and database

	vpc       *awsx.Vpc
	endpoints map[string]*ec2.VpcEndpoint // gateway endpoints by service
}

// NewNetwork declares the VPC, its gateway endpoints, and takes all rules from its
// default security group.
func NewNetwork(ctx *pulumi.Context, name string, args *NetworkArgs, opts ...pulumi.ResourceOption) (*Network, error) {
	n := &Network{endpoints: map[string]*ec2.VpcEndpoint{}}
	if err := ctx.RegisterComponentResource("myclothes:index:Network", name, n, opts...); err != nil {
		return nil, err
	}
	for _, step := range []func(*pulumi.Context, string, *NetworkArgs) error{
		n.createVpc, n.emptyDefaultGroup, n.createGatewayEndpoints,
	} {
		if err := step(ctx, name, args); err != nil {
			return nil, err
		}
	}
	return n, ctx.RegisterResourceOutputs(n, pulumi.Map{"vpcId": n.VpcID})
}

func (n *Network) createVpc(ctx *pulumi.Context, name string, args *NetworkArgs) error {
	cidr := args.CIDR.String()
	vpc, err := awsx.NewVpc(ctx, name, &awsx.VpcArgs{
		CidrBlock:             &cidr,
		AvailabilityZoneNames: args.Zones,
		// Explicit blocks: the Legacy strategy, awsx's default, recomputes addresses
		// (and so replaces subnets) when a tier or a zone is added.
		SubnetStrategy:     ptr(awsx.SubnetAllocationStrategyAuto),
		SubnetSpecs:        subnetSpecs(args),
		NatGateways:        &awsx.NatGatewayConfigurationArgs{Strategy: natStrategies[args.NatGateways]},
		EnableDnsHostnames: pulumi.Bool(true), // private DNS of interface endpoints needs it
		EnableDnsSupport:   pulumi.Bool(true),
		Tags:               args.tags.named("vpc"),
	}, pulumi.Parent(n))
	if err != nil {
		return err
	}
	n.vpc = vpc
	n.VpcID, n.Public, n.Private, n.Isolated = vpc.VpcId, vpc.PublicSubnetIds, vpc.PrivateSubnetIds, vpc.IsolatedSubnetIds
	return nil
}

var natStrategies = map[NatGateways]awsx.NatGatewayStrategy{
	NatNone:     awsx.NatGatewayStrategyNone,
	NatSingle:   awsx.NatGatewayStrategySingle,
	NatOnePerAz: awsx.NatGatewayStrategyOnePerAz,
}

var subnetTypes = map[tier]awsx.SubnetType{
	tierPublic:   awsx.SubnetTypePublic,
	tierPrivate:  awsx.SubnetTypePrivate,
	tierIsolated: awsx.SubnetTypeIsolated,
}

// subnetSpecs says the address plan in awsx's words.
func subnetSpecs(args *NetworkArgs) []awsx.SubnetSpecArgs {
	var specs []awsx.SubnetSpecArgs
	for _, t := range args.subnets {
		spec := awsx.SubnetSpecArgs{
			Type: subnetTypes[t.tier],
			Name: ptr(string(t.tier)),
			Tags: args.tags.named(string(t.tier)),
		}
		for _, s := range t.subnets {
			spec.CidrBlocks = append(spec.CidrBlocks, s.String())
		}
		specs = append(specs, spec)
	}
	return specs
}

// emptyDefaultGroup takes over the group that AWS gives every VPC, which lets its
// members talk to each other, and leaves it without rules.
func (n *Network) emptyDefaultGroup(ctx *pulumi.Context, name string, args *NetworkArgs) error {
	_, err := ec2.NewDefaultSecurityGroup(ctx, name+"-default", &ec2.DefaultSecurityGroupArgs{
		VpcId: n.VpcID,
		Tags:  args.tags.named("default-unused"),
	}, pulumi.Parent(n))
	return err
}

func (n *Network) createGatewayEndpoints(ctx *pulumi.Context, name string, args *NetworkArgs) error {
	routeTables := n.vpc.RouteTables.ApplyT(func(tables []*ec2.RouteTable) pulumi.StringArrayOutput {
		ids := pulumi.StringArray{}
		for _, t := range tables {
			ids = append(ids, t.ID().ToStringOutput())
		}
		return ids.ToStringArrayOutput()
	}).(pulumi.StringArrayOutput)
	for _, service := range args.Gateways {
		endpoint, err := ec2.NewVpcEndpoint(ctx, name+"-"+service, &ec2.VpcEndpointArgs{
			VpcId:           n.VpcID,
			ServiceName:     pulumi.String("com.amazonaws." + args.Region + "." + service),
			VpcEndpointType: pulumi.String("Gateway"),
			RouteTableIds:   routeTables,
			Tags:            args.tags.named(service),
		}, pulumi.Parent(n))
		if err != nil {
			return err
		}
		n.endpoints[service] = endpoint
	}
	return nil
}

// location is where a stack lives.
type location struct {
	region string
	zones  []string
}

// locate asks AWS for the region and its first zones in alphabetical order, which
// stay the same when AWS adds one. Local Zones are left out.
func locate(ctx *pulumi.Context, zones int) (location, error) {
	region, err := aws.GetRegion(ctx, &aws.GetRegionArgs{})
	if err != nil {
		return location{}, fmt.Errorf("region: %w", err)
	}
	available, err := aws.GetAvailabilityZones(ctx, &aws.GetAvailabilityZonesArgs{
		State:   ptr("available"),
		Filters: []aws.GetAvailabilityZonesFilter{{Name: "opt-in-status", Values: []string{"opt-in-not-required"}}},
	})
	if err != nil {
		return location{}, fmt.Errorf("availability zones: %w", err)
	}
	names := slices.Sorted(slices.Values(available.Names))
	if len(names) < zones {
		return location{}, fmt.Errorf("%s:availabilityZones: %d is not accepted; accepted: at most %d, which is what region %s has",
			Namespace, zones, len(names), region.Name)
	}
	return location{region: region.Name, zones: names[:zones]}, nil
}

func ptr[T any](value T) *T { return &value }
