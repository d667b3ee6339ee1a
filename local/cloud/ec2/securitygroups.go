package ec2

import (
	"context"
	"net/netip"
	"slices"
	"strings"

	"myclothes/local/cloud/aws"
)

// SecurityGroupRule is aws:vpc/securityGroupIngressRule and …EgressRule.
type SecurityGroupRule struct {
	SecurityGroupID           string `json:"securityGroupId"`
	IPProtocol                string `json:"ipProtocol"` // "tcp", "udp", a number, or "-1" for all
	FromPort                  int    `json:"fromPort"`
	ToPort                    int    `json:"toPort"`
	CidrIpv4                  string `json:"cidrIpv4"`
	CidrIpv6                  string `json:"cidrIpv6"`
	PrefixListID              string `json:"prefixListId"` // a gateway endpoint's
	ReferencedSecurityGroupID string `json:"referencedSecurityGroupId"`
}

// tcp is the protocol of every connection that the cloud makes or takes.
const tcp = "tcp"

// securityGroupRules implements Service[SecurityGroupRule] for one direction.
type securityGroupRules struct {
	*aws.Records[SecurityGroupRule]
	network *Network
}

// Update changes a rule, which interrupts connections that are not tracked.
func (s securityGroupRules) Update(ctx context.Context, r aws.Resource, spec SecurityGroupRule) (aws.Outputs, error) {
	defer s.network.interrupt()
	return s.Records.Update(ctx, r, spec)
}

// Delete removes a rule, which interrupts connections that are not tracked.
func (s securityGroupRules) Delete(ctx context.Context, r aws.Resource) error {
	defer s.network.interrupt()
	return s.Records.Delete(ctx, r)
}

// cover says whether a rule of one of self's groups covers the peer. The caller holds the
// network's lock.
func (s securityGroupRules) cover(self *Interface, peer End, protocol string, port int) bool {
	_, found := s.First(func(r aws.Record[SecurityGroupRule]) bool {
		return slices.Contains(self.groups, r.Spec.SecurityGroupID) && r.Spec.coversPort(protocol, port) && s.coversPeer(r.Spec, peer)
	})
	return found
}

// protocolNumbers are the IANA numbers that a rule may have in the place of names.
var protocolNumbers = map[string]string{"1": "icmp", "6": tcp, "17": "udp", "58": "icmpv6"}

// coversPort says whether a rule is for a protocol, and for the port if the protocol has
// ports.
func (r SecurityGroupRule) coversPort(protocol string, port int) bool {
	of := strings.ToLower(r.IPProtocol)
	if name, ok := protocolNumbers[of]; ok {
		of = name
	}
	switch of {
	case "-1":
		return true
	case tcp, "udp":
		return of == protocol && r.FromPort <= port && port <= r.ToPort
	}
	return of == protocol
}

// coversPeer says whether a rule names an end: by a group that it has, by the prefix list
// of the service of AWS that is there, or by its address.
func (s securityGroupRules) coversPeer(r SecurityGroupRule, peer End) bool {
	switch {
	case r.ReferencedSecurityGroupID != "":
		return peer.Interface != nil && slices.Contains(peer.groups, r.ReferencedSecurityGroupID)
	case r.PrefixListID != "":
		return r.PrefixListID == s.network.endpoints.prefixList(peer.Service)
	}
	return r.containsAddress(peer.address())
}

func (r SecurityGroupRule) containsAddress(address netip.Addr) bool {
	for _, block := range []string{r.CidrIpv4, r.CidrIpv6} {
		if prefix, err := netip.ParsePrefix(block); err == nil && prefix.Contains(address) {
			return true
		}
	}
	return false
}

// everywhere says whether a rule is for all addresses of the family that an address is of.
func (r SecurityGroupRule) everywhere(address netip.Addr) bool {
	return r.CidrIpv4 == "0.0.0.0/0" && address.Is4() || r.CidrIpv6 == "::/0" && address.Is6()
}
