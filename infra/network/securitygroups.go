package network

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/vpc"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"myclothes/infra/conventions"
)

// SecurityGroupsArgs say who may reach whom.
type SecurityGroupsArgs struct {
	Network *Network
	Groups  []conventions.Peer
	Flows   []conventions.Flow
	Tags    conventions.Tags
}

// SecurityGroups are the stack's groups and the rules between them.
type SecurityGroups struct {
	pulumi.ResourceState

	// Rules are what permits the flows.
	Rules []pulumi.Resource

	groups map[conventions.Peer]*ec2.SecurityGroup
}

// NewSecurityGroups declares all groups first, empty, and then an egress and an
// ingress rule for every flow, so that groups can name each other without a cycle.
func NewSecurityGroups(ctx *pulumi.Context, name string, args *SecurityGroupsArgs, opts ...pulumi.ResourceOption) (*SecurityGroups, error) {
	g := &SecurityGroups{groups: map[conventions.Peer]*ec2.SecurityGroup{}}
	if err := ctx.RegisterComponentResource("myclothes:index:SecurityGroups", name, g, opts...); err != nil {
		return nil, err
	}
	for _, p := range args.Groups {
		if err := g.createGroup(ctx, name, p, args); err != nil {
			return nil, err
		}
	}
	for _, f := range args.Flows {
		if err := g.permit(ctx, name, f, args); err != nil {
			return nil, fmt.Errorf("flow %s to %s: %w", f.From, f.To, err)
		}
	}
	return g, ctx.RegisterResourceOutputs(g, pulumi.Map{})
}

// ID returns the id of a peer's group.
func (g *SecurityGroups) ID(p conventions.Peer) pulumi.StringOutput {
	return g.groups[p].ID().ToStringOutput()
}

func (g *SecurityGroups) createGroup(ctx *pulumi.Context, name string, p conventions.Peer, args *SecurityGroupsArgs) error {
	group, err := ec2.NewSecurityGroup(ctx, name+"-"+string(p), &ec2.SecurityGroupArgs{
		VpcId: args.Network.VpcID,
		// Changing a description replaces the group, so it says nothing that may change.
		Description: pulumi.String("MyClothes " + string(p)),
		// Groups name each other: without their rules they can be deleted in any order.
		RevokeRulesOnDelete: pulumi.Bool(true),
		Tags:                args.Tags.Named(string(p)),
	}, pulumi.Parent(g))
	g.groups[p] = group
	return err
}

// permit writes both halves of a flow; an end that is no group has no half.
func (g *SecurityGroups) permit(ctx *pulumi.Context, name string, f conventions.Flow, args *SecurityGroupsArgs) error {
	label := fmt.Sprintf("%s-to-%s-%d", f.From, f.To, f.Port)
	tags := args.Tags.Named(label)
	if from, ok := g.groups[f.From]; ok {
		to, err := g.reference(f.To, args.Network)
		if err != nil {
			return err
		}
		rule, err := vpc.NewSecurityGroupEgressRule(ctx, name+"-"+label+"-egress", &vpc.SecurityGroupEgressRuleArgs{
			SecurityGroupId: from.ID(), IpProtocol: pulumi.String("tcp"),
			FromPort: pulumi.Int(f.Port), ToPort: pulumi.Int(f.Port),
			CidrIpv4: to.cidr, PrefixListId: to.prefixList, ReferencedSecurityGroupId: to.group,
			Tags: tags,
		}, pulumi.Parent(g))
		if err != nil {
			return err
		}
		g.Rules = append(g.Rules, rule)
	}
	if to, ok := g.groups[f.To]; ok {
		from, err := g.reference(f.From, args.Network)
		if err != nil {
			return err
		}
		rule, err := vpc.NewSecurityGroupIngressRule(ctx, name+"-"+label+"-ingress", &vpc.SecurityGroupIngressRuleArgs{
			SecurityGroupId: to.ID(), IpProtocol: pulumi.String("tcp"),
			FromPort: pulumi.Int(f.Port), ToPort: pulumi.Int(f.Port),
			CidrIpv4: from.cidr, PrefixListId: from.prefixList, ReferencedSecurityGroupId: from.group,
			Tags: tags,
		}, pulumi.Parent(g))
		if err != nil {
			return err
		}
		g.Rules = append(g.Rules, rule)
	}
	return nil
}

// reference is how a rule names the other end: exactly one of its fields is set.
type reference struct{ cidr, prefixList, group pulumi.StringPtrInput }

func (g *SecurityGroups) reference(p conventions.Peer, network *Network) (reference, error) {
	if p == conventions.Internet {
		return reference{cidr: pulumi.StringPtr("0.0.0.0/0")}, nil
	}
	if group, ok := g.groups[p]; ok {
		return reference{group: group.ID().ToStringPtrOutput()}, nil
	}
	if endpoint, ok := network.Endpoints[string(p)]; ok {
		return reference{prefixList: endpoint.PrefixListId.ToStringPtrOutput()}, nil
	}
	return reference{}, fmt.Errorf("%s is neither a group nor a gateway endpoint", p)
}
