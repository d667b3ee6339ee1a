package infra

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/vpc"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// peer is an end of a flow.
type peer string

// The peers. Groups are security groups of the stack; the others are addresses.
const (
	peerInternet     peer = "internet"
	peerLoadBalancer peer = "alb"
	peerApp          peer = "app"
	peerCache        peer = "cache"
	peerDatabase     peer = "database"
	peerEndpoints    peer = "endpoints" // interface endpoints of AWS services
	peerS3           peer = "s3"        // its gateway endpoint
	peerDynamoDB     peer = "dynamodb"  // its gateway endpoint
)

// groups lists the peers that are security groups.
func groups(c Config) []peer {
	all := []peer{peerLoadBalancer, peerApp, peerCache, peerDatabase}
	if c.NatGateways == NatNone {
		all = append(all, peerEndpoints)
	}
	return all
}

// flow permits TCP connections from one peer to a port of another.
type flow struct {
	from, to peer
	port     int
}

// flows is every connection that the stack permits. Nothing else is, in either
// direction. DNS, time and instance metadata do not pass through security groups.
func flows(c Config) []flow {
	permitted := []flow{
		{peerInternet, peerLoadBalancer, httpPort},
		{peerLoadBalancer, peerApp, c.AppPort},
		{peerApp, peerCache, c.CachePort},
		{peerApp, peerDatabase, c.DatabasePort},
		{peerApp, peerS3, httpsPort},
	}
	if c.CertificateArn != "" {
		permitted = append(permitted, flow{peerInternet, peerLoadBalancer, httpsPort})
	}
	if c.NatGateways == NatNone {
		permitted = append(permitted, flow{peerApp, peerEndpoints, httpsPort})
	} else {
		permitted = append(permitted, flow{peerApp, peerInternet, httpsPort}) // the other AWS APIs
	}
	if c.CartStore == StoreDynamoDB {
		permitted = append(permitted, flow{peerApp, peerDynamoDB, httpsPort})
	}
	return permitted
}

const (
	httpPort  = 80
	httpsPort = 443
)

// SecurityGroupsArgs say who may reach whom.
type SecurityGroupsArgs struct {
	Network *Network

	groups []peer
	flows  []flow
	tags   tagger
}

// SecurityGroups are the stack's groups and the rules between them.
type SecurityGroups struct {
	pulumi.ResourceState

	groups map[peer]*ec2.SecurityGroup
	rules  []pulumi.Resource
}

// NewSecurityGroups declares all groups first, empty, and then an egress and an
// ingress rule for every flow, so that groups can name each other without a cycle.
func NewSecurityGroups(ctx *pulumi.Context, name string, args *SecurityGroupsArgs, opts ...pulumi.ResourceOption) (*SecurityGroups, error) {
	g := &SecurityGroups{groups: map[peer]*ec2.SecurityGroup{}}
	if err := ctx.RegisterComponentResource("myclothes:index:SecurityGroups", name, g, opts...); err != nil {
		return nil, err
	}
	for _, p := range args.groups {
		if err := g.createGroup(ctx, name, p, args); err != nil {
			return nil, err
		}
	}
	for _, f := range args.flows {
		if err := g.permit(ctx, name, f, args); err != nil {
			return nil, fmt.Errorf("flow %s to %s: %w", f.from, f.to, err)
		}
	}
	return g, ctx.RegisterResourceOutputs(g, pulumi.Map{})
}

// id returns the id of a peer's group.
func (g *SecurityGroups) id(p peer) pulumi.StringOutput { return g.groups[p].ID().ToStringOutput() }

func (g *SecurityGroups) createGroup(ctx *pulumi.Context, name string, p peer, args *SecurityGroupsArgs) error {
	group, err := ec2.NewSecurityGroup(ctx, name+"-"+string(p), &ec2.SecurityGroupArgs{
		VpcId: args.Network.VpcID,
		// Changing a description replaces the group, so it says nothing that may change.
		Description: pulumi.String("MyClothes " + string(p)),
		// Groups name each other: without their rules they can be deleted in any order.
		RevokeRulesOnDelete: pulumi.Bool(true),
		Tags:                args.tags.named(string(p)),
	}, pulumi.Parent(g))
	g.groups[p] = group
	return err
}

// permit writes both halves of a flow; an end that is no group has no half.
func (g *SecurityGroups) permit(ctx *pulumi.Context, name string, f flow, args *SecurityGroupsArgs) error {
	label := fmt.Sprintf("%s-to-%s-%d", f.from, f.to, f.port)
	tags := args.tags.named(label)
	if from, ok := g.groups[f.from]; ok {
		to, err := g.reference(f.to, args.Network)
		if err != nil {
			return err
		}
		rule, err := vpc.NewSecurityGroupEgressRule(ctx, name+"-"+label+"-egress", &vpc.SecurityGroupEgressRuleArgs{
			SecurityGroupId: from.ID(), IpProtocol: pulumi.String("tcp"),
			FromPort: pulumi.Int(f.port), ToPort: pulumi.Int(f.port),
			CidrIpv4: to.cidr, PrefixListId: to.prefixList, ReferencedSecurityGroupId: to.group,
			Tags: tags,
		}, pulumi.Parent(g))
		if err != nil {
			return err
		}
		g.rules = append(g.rules, rule)
	}
	if to, ok := g.groups[f.to]; ok {
		from, err := g.reference(f.from, args.Network)
		if err != nil {
			return err
		}
		rule, err := vpc.NewSecurityGroupIngressRule(ctx, name+"-"+label+"-ingress", &vpc.SecurityGroupIngressRuleArgs{
			SecurityGroupId: to.ID(), IpProtocol: pulumi.String("tcp"),
			FromPort: pulumi.Int(f.port), ToPort: pulumi.Int(f.port),
			CidrIpv4: from.cidr, PrefixListId: from.prefixList, ReferencedSecurityGroupId: from.group,
			Tags: tags,
		}, pulumi.Parent(g))
		if err != nil {
			return err
		}
		g.rules = append(g.rules, rule)
	}
	return nil
}

// reference is how a rule names the other end: exactly one of its fields is set.
type reference struct{ cidr, prefixList, group pulumi.StringPtrInput }

func (g *SecurityGroups) reference(p peer, network *Network) (reference, error) {
	if p == peerInternet {
		return reference{cidr: pulumi.StringPtr("0.0.0.0/0")}, nil
	}
	if group, ok := g.groups[p]; ok {
		return reference{group: group.ID().ToStringPtrOutput()}, nil
	}
	if endpoint, ok := network.endpoints[string(p)]; ok {
		return reference{prefixList: endpoint.PrefixListId.ToStringPtrOutput()}, nil
	}
	return reference{}, fmt.Errorf("%s is neither a group nor a gateway endpoint", p)
}
