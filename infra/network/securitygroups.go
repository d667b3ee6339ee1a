package network

import (
	"fmt"
	"slices"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/vpc"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"myclothes/infra/conventions"
)

// SecurityGroupsArgs say where the groups are.
type SecurityGroupsArgs struct {
	Network *Network
	Tags    conventions.Tags
}

// SecurityGroups are the stack's groups and the rules between them. A group is declared,
// empty, when somebody first asks for it; the rules come when all parts have said which
// flows they need, so that groups can name each other without a cycle.
type SecurityGroups struct {
	pulumi.ResourceState

	name   string
	args   *SecurityGroupsArgs
	groups map[conventions.Peer]*ec2.SecurityGroup
	// gateways are the endpoints that flows lead to, by the service's peer.
	gateways map[conventions.Peer]*ec2.VpcEndpoint
	// opened is what permits the flows.
	opened []pulumi.Resource
}

// NewSecurityGroups declares the component. Its groups and rules follow.
func NewSecurityGroups(ctx *pulumi.Context, name string, args *SecurityGroupsArgs, opts ...pulumi.ResourceOption) (*SecurityGroups, error) {
	g := &SecurityGroups{
		name: name, args: args,
		groups:   map[conventions.Peer]*ec2.SecurityGroup{},
		gateways: map[conventions.Peer]*ec2.VpcEndpoint{},
	}
	return g, ctx.RegisterComponentResource("myclothes:index:SecurityGroups", name, g, opts...)
}

// ID returns the id of a peer's group. A peer that is an address has none.
func (g *SecurityGroups) ID(ctx *pulumi.Context, p conventions.Peer) (pulumi.StringOutput, error) {
	if err := g.declare(ctx, p); err != nil {
		return pulumi.StringOutput{}, err
	}
	group, ok := g.groups[p]
	if !ok {
		return pulumi.StringOutput{}, fmt.Errorf("%s is no security group", p)
	}
	return group.ID().ToStringOutput(), nil
}

// Permit declares the rules for all flows, and for those to the services that instances
// call, with the endpoints that they lead to. It is called once, when all parts have said
// what they need. Nothing else is permitted, in either direction. DNS, time and instance
// metadata do not pass through security groups. What it returns has to exist before a
// connection works.
func (g *SecurityGroups) Permit(ctx *pulumi.Context, flows []conventions.Flow, services []string) ([]pulumi.Resource, error) {
	permitted := map[conventions.Flow]bool{}
	for _, f := range slices.Concat(flows, g.args.Network.wayTo(services)) {
		if permitted[f] {
			continue
		}
		permitted[f] = true
		for _, step := range []func(*pulumi.Context, conventions.Flow) error{g.ends, g.egress, g.ingress} {
			if err := step(ctx, f); err != nil {
				return nil, fmt.Errorf("flow %s to %s: %w", f.From, f.To, err)
			}
		}
	}
	if err := g.endpoints(ctx, services); err != nil {
		return nil, err
	}
	return g.opened, ctx.RegisterResourceOutputs(g, pulumi.Map{})
}

// ends declares both ends of a flow, where nobody has yet.
func (g *SecurityGroups) ends(ctx *pulumi.Context, f conventions.Flow) error {
	if err := g.declare(ctx, f.From); err != nil {
		return err
	}
	return g.declare(ctx, f.To)
}

// declare makes what stands for a peer in rules: a group or a gateway endpoint. The
// internet is only an address.
func (g *SecurityGroups) declare(ctx *pulumi.Context, p conventions.Peer) error {
	switch {
	case p == conventions.Internet, g.groups[p] != nil, g.gateways[p] != nil:
		return nil
	case gateways[p]:
		endpoint, err := g.args.Network.newGatewayEndpoint(ctx, p)
		g.gateways[p], g.opened = endpoint, append(g.opened, endpoint)
		return err
	}
	group, err := ec2.NewSecurityGroup(ctx, g.name+"-"+string(p), &ec2.SecurityGroupArgs{
		VpcId: g.args.Network.VpcID,
		// Changing a description replaces the group, so it says nothing that may change.
		Description: pulumi.String("MyClothes " + string(p)),
		// Groups name each other: without their rules they can be deleted in any order.
		RevokeRulesOnDelete: pulumi.Bool(true),
		Tags:                g.args.Tags.Named(string(p)),
	}, pulumi.Parent(g))
	if err != nil {
		return err
	}
	g.groups[p] = group
	return nil
}

// endpoints declares the endpoints behind their group, if any flow leads there.
func (g *SecurityGroups) endpoints(ctx *pulumi.Context, services []string) error {
	group, ok := g.groups[conventions.Endpoints]
	if !ok {
		return nil
	}
	for _, service := range slices.Compact(slices.Sorted(slices.Values(services))) {
		endpoint, err := g.args.Network.newInterfaceEndpoint(ctx, service, group.ID().ToStringOutput())
		if err != nil {
			return err
		}
		g.opened = append(g.opened, endpoint)
	}
	return nil
}

// egress lets the group that a flow comes from reach its other end. What is no group has
// no rules.
func (g *SecurityGroups) egress(ctx *pulumi.Context, f conventions.Flow) error {
	group, ok := g.groups[f.From]
	if !ok {
		return nil
	}
	to := g.reference(f.To)
	rule, err := vpc.NewSecurityGroupEgressRule(ctx, g.name+"-"+label(f)+"-egress", &vpc.SecurityGroupEgressRuleArgs{
		SecurityGroupId: group.ID(), IpProtocol: pulumi.String("tcp"),
		FromPort: pulumi.Int(f.Port), ToPort: pulumi.Int(f.Port),
		CidrIpv4: to.cidr, PrefixListId: to.prefixList, ReferencedSecurityGroupId: to.group,
		Tags: g.args.Tags.Named(label(f)),
	}, pulumi.Parent(g))
	g.opened = append(g.opened, rule)
	return err
}

// ingress is the other half: it lets the group that a flow goes to be reached.
func (g *SecurityGroups) ingress(ctx *pulumi.Context, f conventions.Flow) error {
	group, ok := g.groups[f.To]
	if !ok {
		return nil
	}
	from := g.reference(f.From)
	rule, err := vpc.NewSecurityGroupIngressRule(ctx, g.name+"-"+label(f)+"-ingress", &vpc.SecurityGroupIngressRuleArgs{
		SecurityGroupId: group.ID(), IpProtocol: pulumi.String("tcp"),
		FromPort: pulumi.Int(f.Port), ToPort: pulumi.Int(f.Port),
		CidrIpv4: from.cidr, PrefixListId: from.prefixList, ReferencedSecurityGroupId: from.group,
		Tags: g.args.Tags.Named(label(f)),
	}, pulumi.Parent(g))
	g.opened = append(g.opened, rule)
	return err
}

// label names a flow in the state.
func label(f conventions.Flow) string { return fmt.Sprintf("%s-to-%s-%d", f.From, f.To, f.Port) }

// reference is how a rule names the other end: exactly one of its fields is set.
type reference struct{ cidr, prefixList, group pulumi.StringPtrInput }

// reference returns how rules name a peer that was declared.
func (g *SecurityGroups) reference(p conventions.Peer) reference {
	if group, ok := g.groups[p]; ok {
		return reference{group: group.ID().ToStringPtrOutput()}
	}
	if endpoint, ok := g.gateways[p]; ok {
		return reference{prefixList: endpoint.PrefixListId.ToStringPtrOutput()}
	}
	return reference{cidr: pulumi.StringPtr("0.0.0.0/0")}
}
