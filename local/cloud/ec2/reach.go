package ec2

import (
	"net"

	"myclothes/local/cloud/host"
)

// httpsPort is where AWS's services are.
const httpsPort = 443

// Reach returns how an interface calls a service of AWS ("s3") by its usual name. An
// interface endpoint with private DNS takes that name over for the whole VPC: then it is
// the only way. Otherwise the name leads to AWS's public addresses, by a gateway endpoint
// or over the internet. The error says what is in the way.
func (n *Network) Reach(from *Interface, service string) (Way, error) {
	to, way := n.resolve(from, service)
	return way, n.Permits(at(from), to, tcp, httpsPort)
}

// resolve returns where a service's name leads, and what is on the way.
func (n *Network) resolve(from *Interface, service string) (End, Way) {
	if endpoint, ok := n.endpoints.named(service); ok {
		return at(endpoint.in(from.Zone)), Way{endpoint.Policy}
	}
	to := End{Address: awsAddress, Service: service}
	if endpoint, ok := n.endpoints.gatewayFor(service, from.Subnet); ok {
		return to, Way{endpoint.Policy}
	}
	return to, Way{}
}

// GateToService is open to connections from interfaces that may call a service of AWS.
func (n *Network) GateToService(service string) host.Gate {
	return func(conn net.Conn) (from string, open bool) {
		source := n.Source(conn)
		if source == nil {
			return OwnerOf(nil), false
		}
		to, _ := n.resolve(source, service)
		if n.Permits(at(source), to, tcp, httpsPort) != nil {
			return source.Owner, false
		}
		n.opened(conn, at(source), to, httpsPort)
		return source.Owner, true
	}
}
