package ec2

import "myclothes/local/cloud/aws"

// VPCs makes the network's VPC.
func (n *Network) VPCs() aws.Service[VPC] { return n.vpcs }

// Subnets makes the network's subnets.
func (n *Network) Subnets() aws.Service[Subnet] { return n.subnets }

// RouteTables makes the network's route tables.
func (n *Network) RouteTables() aws.Service[RouteTable] { return n.routing.tables }

// RouteTableAssociations says which subnets route by which table.
func (n *Network) RouteTableAssociations() aws.Service[RouteTableAssociation] {
	return n.routing.associations
}

// Routes makes the routes of route tables.
func (n *Network) Routes() aws.Service[Route] { return n.routing.routes }

// NATGateways makes the network's NAT gateways.
func (n *Network) NATGateways() aws.Service[NATGateway] { return n.routing.nats }

// IngressRules makes the rules for what its security groups let in. Groups need no
// service: they are what rules and interfaces name.
func (n *Network) IngressRules() aws.Service[SecurityGroupRule] { return n.ingress }

// EgressRules makes the rules for what its security groups let out.
func (n *Network) EgressRules() aws.Service[SecurityGroupRule] { return n.egress }

// VPCEndpoints makes the network's endpoints of AWS services.
func (n *Network) VPCEndpoints() aws.Service[VPCEndpoint] { return n.endpoints }
