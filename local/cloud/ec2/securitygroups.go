package ec2

import (
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

// internet is the address that stands for everybody outside the VPC.
var internet = netip.MustParseAddr("203.0.113.1")

// permits says whether a TCP connection may pass: the groups of its source must
// let it out and those of its target in. Nil stands for the internet, which lets
// everything out and in.
func (n *Network) permits(from, to *Interface, port int) bool {
	n.mu.RLock()
	defer n.mu.RUnlock()
	return (from == nil || covered(from, n.egress, to, port)) && (to == nil || covered(to, n.ingress, from, port))
}

// covered says whether one of the rules of self's groups covers the peer. The caller
// holds the network's lock.
func covered(self *Interface, rules *aws.Records[SecurityGroupRule], peer *Interface, port int) bool {
	_, found := rules.First(func(r aws.Record[SecurityGroupRule]) bool {
		return slices.Contains(self.groups, r.Spec.SecurityGroupID) && r.Spec.coversPort(port) && r.Spec.coversPeer(peer)
	})
	return found
}

func (r SecurityGroupRule) coversPort(port int) bool {
	return r.IPProtocol == "-1" || r.IPProtocol == "tcp" && r.FromPort <= port && port <= r.ToPort
}

func (r SecurityGroupRule) coversPeer(peer *Interface) bool {
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
	_, found := n.egress.First(func(r aws.Record[SecurityGroupRule]) bool {
		return prefixList != "" && r.Spec.PrefixListID == prefixList &&
			slices.Contains(from.groups, r.Spec.SecurityGroupID) && r.Spec.coversPort(443)
	})
	return found
}

// Subnets makes the network's subnets.
func (n *Network) Subnets() aws.Service[Subnet] { return n.subnets }

// IngressRules makes the rules for what its security groups let in. Groups need no
// service: they are what rules and interfaces name.
func (n *Network) IngressRules() aws.Service[SecurityGroupRule] { return n.ingress }

// EgressRules makes the rules for what its security groups let out.
func (n *Network) EgressRules() aws.Service[SecurityGroupRule] { return n.egress }

// VPCEndpoints makes the network's endpoints of AWS services.
func (n *Network) VPCEndpoints() aws.Service[VPCEndpoint] { return n.endpoints }
