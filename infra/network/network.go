package network

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	awsx "github.com/pulumi/pulumi-awsx/sdk/v2/go/awsx/ec2"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"myclothes/infra/conventions"
)

// Args say what network to make.
type Args struct {
	Config

	Location Location
	Tags     conventions.Tags
}

// Network is a VPC with public, private and isolated subnets in every zone.
type Network struct {
	pulumi.ResourceState

	VpcID    pulumi.StringOutput
	Public   pulumi.StringArrayOutput // subnet ids, for the load balancer
	Private  pulumi.StringArrayOutput // subnet ids, for instances
	Isolated pulumi.StringArrayOutput // subnet ids, for cache and database

	name string
	args *Args
	vpc  *awsx.Vpc
}

// New declares the VPC, and takes all rules from its default security group.
func New(ctx *pulumi.Context, name string, args *Args, opts ...pulumi.ResourceOption) (*Network, error) {
	n := &Network{name: name, args: args}
	if err := ctx.RegisterComponentResource("myclothes:index:Network", name, n, opts...); err != nil {
		return nil, err
	}
	for _, step := range []func(*pulumi.Context, string, *Args) error{
		n.createVpc, n.emptyDefaultGroup,
	} {
		if err := step(ctx, name, args); err != nil {
			return nil, err
		}
	}
	return n, ctx.RegisterResourceOutputs(n, pulumi.Map{"vpcId": n.VpcID})
}

func (n *Network) createVpc(ctx *pulumi.Context, name string, args *Args) error {
	plan, err := planSubnets(args.CIDR, args.AvailabilityZones)
	if err != nil {
		return err
	}
	cidr := args.CIDR.String()
	vpc, err := awsx.NewVpc(ctx, name, &awsx.VpcArgs{
		CidrBlock:             &cidr,
		AvailabilityZoneNames: args.Location.Zones,
		// Explicit blocks: the Legacy strategy, awsx's default, recomputes addresses
		// (and so replaces subnets) when a tier or a zone is added.
		SubnetStrategy:     ptr(awsx.SubnetAllocationStrategyAuto),
		SubnetSpecs:        subnetSpecs(plan, args.Tags),
		NatGateways:        &awsx.NatGatewayConfigurationArgs{Strategy: natStrategies[args.NatGateways]},
		EnableDnsHostnames: pulumi.Bool(true), // private DNS of interface endpoints needs it
		EnableDnsSupport:   pulumi.Bool(true),
		Tags:               args.Tags.Named("vpc"),
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
func subnetSpecs(plan []subnetTier, tags conventions.Tags) []awsx.SubnetSpecArgs {
	var specs []awsx.SubnetSpecArgs
	for _, t := range plan {
		spec := awsx.SubnetSpecArgs{
			Type: subnetTypes[t.tier],
			Name: ptr(string(t.tier)),
			Tags: tags.Named(string(t.tier)),
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
func (n *Network) emptyDefaultGroup(ctx *pulumi.Context, name string, args *Args) error {
	_, err := ec2.NewDefaultSecurityGroup(ctx, name+"-default", &ec2.DefaultSecurityGroupArgs{
		VpcId: n.VpcID,
		Tags:  args.Tags.Named("default-unused"),
	}, pulumi.Parent(n))
	return err
}

func ptr[T any](value T) *T { return &value }
