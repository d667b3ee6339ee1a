package ec2

import (
	"errors"
	"fmt"
	"net/netip"

	"myclothes/local/cloud/aws"
)

// ErrNoRoute is a connection for which there is no way.
var ErrNoRoute = errors.New("no route")

// RouteTable is aws:ec2/routeTable:RouteTable.
type RouteTable struct {
	Routes []struct {
		CidrBlock     string `json:"cidrBlock"`
		IPv6CidrBlock string `json:"ipv6CidrBlock"`
		NextHop
	} `json:"routes"`
}

// RouteTableAssociation is aws:ec2/routeTableAssociation:RouteTableAssociation.
type RouteTableAssociation struct {
	RouteTableID string `json:"routeTableId"`
	SubnetID     string `json:"subnetId"`
}

// Route is aws:ec2/route:Route.
type Route struct {
	RouteTableID             string `json:"routeTableId"`
	DestinationCidrBlock     string `json:"destinationCidrBlock"`
	DestinationIPv6CidrBlock string `json:"destinationIpv6CidrBlock"`
	NextHop
}

// NextHop is where a route leads: one of its fields is set.
type NextHop struct {
	GatewayID    string `json:"gatewayId"` // an internet gateway
	NATGatewayID string `json:"natGatewayId"`
}

// NATGateway is aws:ec2/natGateway:NatGateway.
type NATGateway struct {
	SubnetID         string `json:"subnetId"`
	ConnectivityType string `json:"connectivityType"` // "public", which is also the default, or "private"
}

// routing is how connections leave the VPC: a subnet routes by the table that it is
// associated with. One that is associated with none has the VPC's main route table, which
// leads nowhere but into the VPC here.
type routing struct {
	tables       *aws.Records[RouteTable]
	associations *aws.Records[RouteTableAssociation]
	routes       *aws.Records[Route]
	nats         *aws.Records[NATGateway]
}

func newRouting() routing {
	return routing{
		tables:       aws.NewRecords[RouteTable]("route table"),
		associations: aws.NewRecords[RouteTableAssociation]("route table association"),
		routes:       aws.NewRecords[Route]("route"),
		nats:         aws.NewRecords[NATGateway]("NAT gateway"),
	}
}

// tableOf returns the id of the route table that a subnet is associated with, or "".
func (r routing) tableOf(subnetID string) string {
	association, _ := r.associations.First(func(a aws.Record[RouteTableAssociation]) bool { return a.Spec.SubnetID == subnetID })
	return association.Spec.RouteTableID
}

// next returns where a subnet's route table leads a connection to an address: by the
// longest prefix that contains it.
func (r routing) next(subnetID string, to netip.Addr) NextHop {
	var next NextHop
	longest := -1
	consider := func(block string, hop NextHop) {
		if prefix, err := netip.ParsePrefix(block); err == nil && prefix.Contains(to) && prefix.Bits() > longest {
			longest, next = prefix.Bits(), hop
		}
	}
	id := r.tableOf(subnetID)
	table, _ := r.tables.Find(id)
	for _, inline := range table.Spec.Routes {
		consider(inline.CidrBlock, inline.NextHop)
		consider(inline.IPv6CidrBlock, inline.NextHop)
	}
	for _, route := range r.routes.All() {
		if route.Spec.RouteTableID == id {
			consider(route.Spec.DestinationCidrBlock, route.Spec.NextHop)
			consider(route.Spec.DestinationIPv6CidrBlock, route.Spec.NextHop)
		}
	}
	return next
}

// leave says how an interface's connections to an address outside of the VPC go: through
// an internet gateway, which only takes those with a public address, or through a NAT
// gateway that itself has a way to one. The error says why they do not.
func (r routing) leave(from *Interface, to netip.Addr) (NextHop, error) {
	next := r.next(from.Subnet, to)
	switch {
	case next.NATGatewayID != "":
		nat, there := r.nats.Find(next.NATGatewayID)
		if !there || nat.Spec.ConnectivityType == "private" || r.next(nat.Spec.SubnetID, to).GatewayID == "" {
			return next, fmt.Errorf("%w: the NAT gateway of subnet %s has none to the internet", ErrNoRoute, from.Subnet)
		}
		return next, nil
	case next.GatewayID == "":
		return next, fmt.Errorf("%w: the route table of subnet %s has none to the internet", ErrNoRoute, from.Subnet)
	case !from.public:
		return next, fmt.Errorf("%w: %s has no public address, and the route of its subnet is to an internet gateway", ErrNoRoute, from.Owner)
	}
	return next, nil
}
