package awsx

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	awsxec2 "github.com/pulumi/pulumi-awsx/sdk/v2/go/awsx/ec2"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// build registers the same tree, under the same names, as the published component:
// the VPC, its internet gateway, and in every zone, from public to isolated, each
// subnet with its route table and what that leads to.
func (v *vpcComponent) build(ctx *pulumi.Context, options pulumi.ResourceOption) error {
	v.ids = map[string]pulumi.StringArray{"public": {}, "private": {}, "isolated": {}}
	if err := ctx.RegisterComponentResource(vpcType, v.name, &v.component, options); err != nil {
		return err
	}
	if err := v.newVPC(ctx); err != nil {
		return err
	}
	specs := slices.Clone(v.args.SubnetSpecs)
	slices.SortStableFunc(specs, func(a, b subnetSpec) int { return cmp.Compare(rank(a), rank(b)) })
	for zone := range v.args.AvailabilityZoneNames {
		for _, spec := range specs {
			if spec.tier() == "unused" {
				continue
			}
			if err := v.newSubnet(ctx, spec, zone); err != nil {
				return err
			}
		}
	}
	return ctx.RegisterResourceOutputs(&v.component, v.outputs())
}

// rank orders tiers: a private subnet routes through a gateway in a public one.
func rank(spec subnetSpec) int {
	return slices.Index([]string{"public", "private", "isolated", "unused"}, spec.tier())
}

func (v *vpcComponent) newVPC(ctx *pulumi.Context) (err error) {
	v.vpc, err = ec2.NewVpc(ctx, v.name, &ec2.VpcArgs{
		CidrBlock:          pulumi.String(*v.args.CidrBlock),
		EnableDnsHostnames: v.args.EnableDNSHostnames,
		EnableDnsSupport:   v.args.EnableDNSSupport,
		InstanceTenancy:    v.args.InstanceTenancy,
		Tags:               v.tags(nil),
	}, pulumi.Parent(&v.component))
	if err != nil {
		return err
	}
	v.gateway, err = ec2.NewInternetGateway(ctx, v.name, &ec2.InternetGatewayArgs{
		VpcId: v.vpc.ID(), Tags: v.tags(nil),
	}, under(v.vpc)...)
	return err
}

// newSubnet registers one subnet and all that belongs to it.
func (v *vpcComponent) newSubnet(ctx *pulumi.Context, spec subnetSpec, zone int) error {
	tier := spec.tier()
	name := fmt.Sprintf("%s-%s-%d", v.name, tier, zone+1)
	if spec.Name != nil {
		name = fmt.Sprintf("%s-%s-%d", v.name, *spec.Name, zone+1)
	}
	own := map[string]string{"Name": name, "SubnetType": spec.Type}
	subnetTags := maps.Clone(spec.Tags)
	if subnetTags == nil {
		subnetTags = map[string]string{}
	}
	maps.Copy(subnetTags, own)
	subnet, err := ec2.NewSubnet(ctx, name, &ec2.SubnetArgs{
		VpcId:               v.vpc.ID(),
		AvailabilityZone:    pulumi.String(v.args.AvailabilityZoneNames[zone]),
		CidrBlock:           pulumi.String(spec.CidrBlocks[zone]),
		MapPublicIpOnLaunch: pulumi.Bool(tier == "public"),
		Tags:                v.tags(subnetTags),
	}, under(v.vpc)...)
	if err != nil {
		return err
	}
	v.subnets = append(v.subnets, subnet)
	v.ids[tier] = append(v.ids[tier], subnet.ID())
	table, err := v.newRouteTable(ctx, name, own, subnet)
	if err != nil {
		return err
	}
	return v.newRoute(ctx, name, tier, zone, subnet, table)
}

func (v *vpcComponent) newRouteTable(ctx *pulumi.Context, name string, own map[string]string, subnet *ec2.Subnet) (*ec2.RouteTable, error) {
	table, err := ec2.NewRouteTable(ctx, name, &ec2.RouteTableArgs{VpcId: v.vpc.ID(), Tags: v.tags(own)}, under(subnet)...)
	if err != nil {
		return nil, err
	}
	association, err := ec2.NewRouteTableAssociation(ctx, name, &ec2.RouteTableAssociationArgs{
		RouteTableId: table.ID(), SubnetId: subnet.ID(),
	}, under(table)...)
	v.tables = append(v.tables, table)
	v.associations = append(v.associations, association)
	return table, err
}

// newRoute leads a subnet to the internet: directly, through NAT, or not at all.
func (v *vpcComponent) newRoute(ctx *pulumi.Context, name, tier string, zone int, subnet *ec2.Subnet, table *ec2.RouteTable) error {
	args := &ec2.RouteArgs{RouteTableId: table.ID(), DestinationCidrBlock: pulumi.String("0.0.0.0/0")}
	strategy := v.args.NatGateways.Strategy
	switch {
	case tier == "public":
		if strategy == natOnePerAz || strategy == natSingle && zone == 0 {
			if err := v.newNAT(ctx, zone, subnet); err != nil {
				return err
			}
		}
		args.GatewayId = v.gateway.ID()
	case tier == "private" && strategy != natNone:
		args.NatGatewayId = v.natByZone[min(zone, len(v.natByZone)-1)].ID()
	default:
		return nil
	}
	route, err := ec2.NewRoute(ctx, name, args, under(table)...)
	v.routes = append(v.routes, route)
	return err
}

func (v *vpcComponent) newNAT(ctx *pulumi.Context, zone int, subnet *ec2.Subnet) error {
	name := fmt.Sprintf("%s-%d", v.name, zone+1)
	tags := pulumi.ToStringMap(v.args.Tags)
	tags["Name"] = pulumi.String(name)
	address, err := ec2.NewEip(ctx, name, &ec2.EipArgs{Tags: tags}, under(subnet)...)
	if err != nil {
		return err
	}
	nat, err := ec2.NewNatGateway(ctx, name, &ec2.NatGatewayArgs{
		SubnetId: subnet.ID(), AllocationId: address.AllocationId, Tags: tags,
	}, under(subnet)...)
	if err != nil {
		return err
	}
	v.addresses, v.nats, v.natByZone = append(v.addresses, address), append(v.nats, nat), append(v.natByZone, nat)
	return nil
}

// under makes a resource the child of another that it depends on.
func under(parent pulumi.Resource) []pulumi.ResourceOption {
	return []pulumi.ResourceOption{pulumi.Parent(parent), pulumi.DependsOn([]pulumi.Resource{parent})}
}

// tags are the component's tags with more laid over them.
func (v *vpcComponent) tags(more map[string]string) pulumi.StringMap {
	tags := map[string]string{"Name": v.name}
	maps.Copy(tags, v.args.Tags)
	maps.Copy(tags, more)
	return pulumi.ToStringMap(tags)
}

// outputs sets the component's outputs and returns them by name.
func (v *vpcComponent) outputs() pulumi.Map {
	c := &v.component
	c.Vpc, c.VpcId = v.vpc.ToVpcOutput(), v.vpc.ID().ToStringOutput()
	c.InternetGateway = v.gateway.ToInternetGatewayOutput()
	c.Subnets, c.RouteTables = v.subnets.ToSubnetArrayOutput(), v.tables.ToRouteTableArrayOutput()
	c.RouteTableAssociations = v.associations.ToRouteTableAssociationArrayOutput()
	c.Routes, c.NatGateways = v.routes.ToRouteArrayOutput(), v.nats.ToNatGatewayArrayOutput()
	c.Eips, c.VpcEndpoints = v.addresses.ToEipArrayOutput(), ec2.VpcEndpointArray{}.ToVpcEndpointArrayOutput()
	c.PublicSubnetIds = v.ids["public"].ToStringArrayOutput()
	c.PrivateSubnetIds = v.ids["private"].ToStringArrayOutput()
	c.IsolatedSubnetIds = v.ids["isolated"].ToStringArrayOutput()
	c.SubnetLayout = v.layout()
	return pulumi.Map{
		"vpc": c.Vpc, "vpcId": c.VpcId, "internetGateway": c.InternetGateway, "subnets": c.Subnets,
		"routeTables": c.RouteTables, "routeTableAssociations": c.RouteTableAssociations, "routes": c.Routes,
		"natGateways": c.NatGateways, "eips": c.Eips, "vpcEndpoints": c.VpcEndpoints, "publicSubnetIds": c.PublicSubnetIds,
		"privateSubnetIds": c.PrivateSubnetIds, "isolatedSubnetIds": c.IsolatedSubnetIds, "subnetLayout": c.SubnetLayout,
	}
}

func (v *vpcComponent) layout() awsxec2.ResolvedSubnetSpecArrayOutput {
	layout := []awsxec2.ResolvedSubnetSpec{}
	for _, spec := range v.args.SubnetSpecs {
		layout = append(layout, awsxec2.ResolvedSubnetSpec{CidrBlocks: spec.CidrBlocks, Name: spec.Name, Type: awsxec2.SubnetType(spec.Type)})
	}
	return v.vpc.ID().ApplyT(func(pulumi.ID) []awsxec2.ResolvedSubnetSpec {
		return layout
	}).(awsxec2.ResolvedSubnetSpecArrayOutput)
}
