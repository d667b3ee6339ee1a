package infra

import (
	"myclothes/infra/conventions"
	"myclothes/infra/data"
	"myclothes/infra/network"
)

// groups lists the peers that are security groups.
func groups(c Config) []conventions.Peer {
	all := []conventions.Peer{conventions.LoadBalancer, conventions.App, conventions.Cache, conventions.Database}
	if c.NatGateways == network.NatNone {
		all = append(all, conventions.Endpoints)
	}
	return all
}

// flows is every connection that the stack permits. Nothing else is, in either
// direction. DNS, time and instance metadata do not pass through security groups.
func flows(c Config) []conventions.Flow {
	permitted := []conventions.Flow{
		{From: conventions.Internet, To: conventions.LoadBalancer, Port: conventions.HTTPPort},
		{From: conventions.LoadBalancer, To: conventions.App, Port: c.AppPort},
		{From: conventions.App, To: conventions.Cache, Port: c.CachePort},
		{From: conventions.App, To: conventions.Database, Port: c.DatabasePort},
		{From: conventions.App, To: conventions.S3, Port: conventions.HTTPSPort},
	}
	if c.CertificateArn != "" {
		permitted = append(permitted, conventions.Flow{From: conventions.Internet, To: conventions.LoadBalancer, Port: conventions.HTTPSPort})
	}
	if c.NatGateways == network.NatNone {
		permitted = append(permitted, conventions.Flow{From: conventions.App, To: conventions.Endpoints, Port: conventions.HTTPSPort})
	} else {
		permitted = append(permitted, conventions.Flow{From: conventions.App, To: conventions.Internet, Port: conventions.HTTPSPort}) // the other AWS APIs
	}
	if c.CartStore == data.StoreDynamoDB {
		permitted = append(permitted, conventions.Flow{From: conventions.App, To: conventions.DynamoDB, Port: conventions.HTTPSPort})
	}
	return permitted
}
