package ec2

import (
	"context"
	"errors"
	"net/netip"
	"slices"

	"myclothes/local/cloud/aws"
)

// ErrRefused is a connection that no security group lets through.
var ErrRefused = errors.New("refused by the security groups")

// Subnet is aws:ec2/subnet:Subnet.
type Subnet struct {
	VpcID            string `json:"vpcId"`
	CidrBlock        string `json:"cidrBlock"`
	AvailabilityZone string `json:"availabilityZone"`
}

// SecurityGroupRule is aws:vpc/securityGroupIngressRule and …EgressRule.
type SecurityGroupRule struct {
	SecurityGroupID           string `json:"securityGroupId"`
	IPProtocol                string `json:"ipProtocol"` // "tcp", "udp" or "-1" for all
	FromPort                  int    `json:"fromPort"`
	ToPort                    int    `json:"toPort"`
	CidrIpv4                  string `json:"cidrIpv4"`
	CidrIpv6                  string `json:"cidrIpv6"`
	PrefixListID              string `json:"prefixListId"` // a gateway endpoint's
	ReferencedSecurityGroupID string `json:"referencedSecurityGroupId"`
}

type direction string

const (
	ingress direction = "ingress"
	egress  direction = "egress"
)

type rule struct {
	SecurityGroupRule
	direction direction
}

// internet is the address that stands for everybody outside the VPC.
var internet = netip.MustParseAddr("203.0.113.1")

// permits says whether a TCP connection may pass: the groups of its source must
// let it out and those of its target in. Nil stands for the internet, which lets
// everything out and in.
func (n *Network) permits(from, to *Interface, port int) bool {
	n.mu.RLock()
	defer n.mu.RUnlock()
	return (from == nil || n.anyRule(from, egress, to, port)) &&
		(to == nil || n.anyRule(to, ingress, from, port))
}

// anyRule says whether a rule of one of self's groups covers the peer. The caller
// holds the lock.
func (n *Network) anyRule(self *Interface, d direction, peer *Interface, port int) bool {
	for _, r := range n.rules {
		if r.direction == d && slices.Contains(self.groups, r.SecurityGroupID) && r.coversPort(port) && r.coversPeer(peer) {
			return true
		}
	}
	return false
}

func (r rule) coversPort(port int) bool {
	return r.IPProtocol == "-1" || r.IPProtocol == "tcp" && r.FromPort <= port && port <= r.ToPort
}

func (r rule) coversPeer(peer *Interface) bool {
	if r.ReferencedSecurityGroupID != "" {
		return peer != nil && slices.Contains(peer.groups, r.ReferencedSecurityGroupID)
	}
	address := internet
	if peer != nil {
		address = peer.private
	}
	prefix, err := netip.ParsePrefix(r.CidrIpv4)
	return err == nil && prefix.Contains(address)
}

// Reaches says whether an interface may call a service of AWS ("s3"): over the
// internet, or through the service's gateway endpoint if there is one.
func (n *Network) Reaches(from *Interface, service string) bool {
	if n.permits(from, nil, 443) {
		return true
	}
	prefixList := n.endpoints.prefixList(service)
	n.mu.RLock()
	defer n.mu.RUnlock()
	for _, r := range n.rules {
		if prefixList != "" && r.direction == egress && r.PrefixListID == prefixList &&
			slices.Contains(from.groups, r.SecurityGroupID) && r.coversPort(443) {
			return true
		}
	}
	return false
}

// Subnets makes the network's subnets.
func (n *Network) Subnets() aws.Service[Subnet] { return subnets{n} }

// IngressRules makes the rules for what its security groups let in.
func (n *Network) IngressRules() aws.Service[SecurityGroupRule] {
	return securityGroupRules{n, ingress}
}

// EgressRules makes the rules for what its security groups let out.
func (n *Network) EgressRules() aws.Service[SecurityGroupRule] { return securityGroupRules{n, egress} }

// VPCEndpoints makes the network's endpoints of AWS services.
func (n *Network) VPCEndpoints() aws.Service[VPCEndpoint] { return n.endpoints }

// subnets implements Service[Subnet].
type subnets struct{ network *Network }

// Create adds a subnet.
func (s subnets) Create(_ context.Context, r aws.Resource, spec Subnet) (aws.Outputs, error) {
	s.network.mu.Lock()
	defer s.network.mu.Unlock()
	s.network.subnets[r.ID] = spec
	return nil, nil
}

// Update changes a subnet; interfaces in it keep their addresses.
func (s subnets) Update(ctx context.Context, r aws.Resource, spec Subnet) (aws.Outputs, error) {
	return s.Create(ctx, r, spec)
}

// Delete removes a subnet.
func (s subnets) Delete(_ context.Context, r aws.Resource) error {
	s.network.mu.Lock()
	defer s.network.mu.Unlock()
	delete(s.network.subnets, r.ID)
	return nil
}

// securityGroupRules implements Service[SecurityGroupRule] for one direction.
// Groups need no service: they are what rules and interfaces name.
type securityGroupRules struct {
	network   *Network
	direction direction
}

// Create puts a rule into force.
func (s securityGroupRules) Create(_ context.Context, r aws.Resource, spec SecurityGroupRule) (aws.Outputs, error) {
	s.network.mu.Lock()
	defer s.network.mu.Unlock()
	s.network.rules[r.ID] = rule{spec, s.direction}
	return nil, nil
}

// Update changes a rule.
func (s securityGroupRules) Update(ctx context.Context, r aws.Resource, spec SecurityGroupRule) (aws.Outputs, error) {
	return s.Create(ctx, r, spec)
}

// Delete takes a rule out of force. Connections that it let through stay.
func (s securityGroupRules) Delete(_ context.Context, r aws.Resource) error {
	s.network.mu.Lock()
	defer s.network.mu.Unlock()
	delete(s.network.rules, r.ID)
	return nil
}
