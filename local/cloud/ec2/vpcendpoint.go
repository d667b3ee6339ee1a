package ec2

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"myclothes/local/cloud/aws"
)

// VPCEndpoint is aws:ec2/vpcEndpoint:VpcEndpoint.
type VPCEndpoint struct {
	VpcID             string   `json:"vpcId"`
	ServiceName       string   `json:"serviceName"`       // com.amazonaws.eu-west-1.s3
	VPCEndpointType   string   `json:"vpcEndpointType"`   // "Gateway", which is also the default, or "Interface"
	RouteTableIDs     []string `json:"routeTableIds"`     // of a gateway
	SubnetIDs         []string `json:"subnetIds"`         // of an interface endpoint, like the rest
	SecurityGroupIDs  []string `json:"securityGroupIds"`  //
	PrivateDNSEnabled bool     `json:"privateDnsEnabled"` // the service's usual name leads to it
	Policy            string   `json:"policy"`            // a JSON document; everything passes if empty
}

// Way is how a call to a service of AWS goes.
type Way struct {
	Policy string // of the VPC endpoint that it passes: a JSON document, or "" if everything passes
}

// vpcEndpoint is a declared endpoint and, if it is not a gateway, its interfaces: one in
// each of its subnets.
type vpcEndpoint struct {
	VPCEndpoint
	prefixList string
	interfaces []*Interface
}

// vpcEndpoints implements Service[VPCEndpoint]. A gateway endpoint is a route in route
// tables, and a prefix list that rules can name. An interface endpoint is reached like
// any other interface, on port 443; nothing listens at its address, because the address
// of the API here stands for the names of all services, and Reach knows where they lead.
type vpcEndpoints struct {
	*aws.Records[*vpcEndpoint]
	network *Network
}

// Create makes an endpoint.
func (s vpcEndpoints) Create(ctx context.Context, r aws.Resource, spec VPCEndpoint) (aws.Outputs, error) {
	return s.Update(ctx, r, spec)
}

// Update changes an endpoint.
func (s vpcEndpoints) Update(_ context.Context, r aws.Resource, spec VPCEndpoint) (aws.Outputs, error) {
	if spec.gateway() {
		prefixList := "pl-" + strings.TrimPrefix(r.ID, "vpce-")
		s.Put(r, &vpcEndpoint{VPCEndpoint: spec, prefixList: prefixList})
		return aws.Outputs{"prefixListId": prefixList}, nil
	}
	next := &vpcEndpoint{VPCEndpoint: spec}
	if before, there := s.Find(r.ID); there {
		next.interfaces = before.Spec.interfaces
	}
	err := s.check(spec)
	if err == nil {
		next.interfaces, err = s.network.place("endpoint "+spec.service(), next.interfaces, spec.SubnetIDs, spec.SecurityGroupIDs)
	}
	s.Put(r, next)
	if err != nil {
		return nil, fmt.Errorf("VPC endpoint for %s: %w", spec.service(), err)
	}
	return nil, nil
}

// Delete frees the addresses of an endpoint.
func (s vpcEndpoints) Delete(_ context.Context, r aws.Resource) error {
	if endpoint, ok := s.Remove(r); ok {
		for _, i := range endpoint.interfaces {
			s.network.Detach(i)
		}
	}
	return nil
}

// check refuses what AWS does.
func (s vpcEndpoints) check(spec VPCEndpoint) error {
	zones := map[string]bool{}
	for _, id := range spec.SubnetIDs {
		subnet, err := s.network.subnets.Get(id)
		if err != nil {
			return err
		}
		if zones[subnet.AvailabilityZone] {
			return fmt.Errorf("DuplicateSubnetsInSameZone: two of its subnets are in %s", subnet.AvailabilityZone)
		}
		zones[subnet.AvailabilityZone] = true
	}
	vpc, there := s.network.vpcs.Find(spec.VpcID)
	noDNS := there && (!vpc.Spec.EnableDNSHostnames || vpc.Spec.EnableDNSSupport != nil && !*vpc.Spec.EnableDNSSupport)
	if spec.PrivateDNSEnabled && noDNS {
		return errors.New("InvalidParameter: privateDnsEnabled needs enableDnsSupport and enableDnsHostnames of the VPC")
	}
	return nil
}

// gatewayFor returns the gateway endpoint of a service in the route table of a subnet.
func (s vpcEndpoints) gatewayFor(service, subnetID string) (*vpcEndpoint, bool) {
	table := s.network.routing.tableOf(subnetID)
	found, ok := s.First(func(r aws.Record[*vpcEndpoint]) bool {
		return r.Spec.gateway() && r.Spec.service() == service && slices.Contains(r.Spec.RouteTableIDs, table)
	})
	return found.Spec, ok
}

// prefixList returns the prefix list of a service, or "" if no gateway endpoint has made
// one.
func (s vpcEndpoints) prefixList(service string) string {
	found, ok := s.First(func(r aws.Record[*vpcEndpoint]) bool { return r.Spec.gateway() && r.Spec.service() == service })
	if !ok {
		return ""
	}
	return found.Spec.prefixList
}

// has says whether an interface is one of an endpoint's.
func (s vpcEndpoints) has(i *Interface) bool {
	_, found := s.First(func(r aws.Record[*vpcEndpoint]) bool { return slices.Contains(r.Spec.interfaces, i) })
	return found
}

// named returns the interface endpoint that the service's usual name leads to.
func (s vpcEndpoints) named(service string) (*vpcEndpoint, bool) {
	found, ok := s.First(func(r aws.Record[*vpcEndpoint]) bool {
		return !r.Spec.gateway() && r.Spec.PrivateDNSEnabled && r.Spec.service() == service && len(r.Spec.interfaces) > 0
	})
	return found.Spec, ok
}

func (e VPCEndpoint) gateway() bool {
	return e.VPCEndpointType == "" || e.VPCEndpointType == "Gateway"
}

// service is the last part of the service's name: "s3".
func (e VPCEndpoint) service() string {
	return e.ServiceName[strings.LastIndex(e.ServiceName, ".")+1:]
}

// in returns the endpoint's interface in a zone, or any.
func (e *vpcEndpoint) in(zone string) *Interface {
	for _, i := range e.interfaces {
		if i.Zone == zone {
			return i
		}
	}
	return e.interfaces[0]
}
