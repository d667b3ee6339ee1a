package tests

import "maps"

// settings are config values of the namespace myclothes.
type settings map[string]string

// with returns a copy of s with other values laid over it.
func (s settings) with(other settings) settings {
	all := maps.Clone(s)
	maps.Copy(all, other)
	return all
}

// base is a small, valid configuration with every feature that is on by default.
func base() settings {
	return settings{"availabilityZones": "2", "minInstances": "2", "maxInstances": "4", "deletionProtection": "false"}
}

// configurations are what every test of the whole graph runs over.
var configurations = map[string]settings{
	"dev":           base(),
	"prod":          {},
	"rung 1":        base().with(settings{"cartStore": "instance"}),
	"rung 2":        base().with(settings{"cartStore": "instance", "stickiness": "lb_cookie"}),
	"app cookie":    base().with(settings{"stickiness": "app_cookie"}),
	"rung 3":        base().with(settings{"cartStore": "cookie"}),
	"dynamodb":      base().with(settings{"cartStore": "dynamodb"}),
	"no NAT":        base().with(settings{"natGateways": "none"}),
	"https":         base().with(settings{"certificateArn": "arn:aws:acm:eu-west-1:123456789012:certificate/1-2-3"}),
	"single nodes":  base().with(settings{"cacheReplicas": "0", "readReplicas": "0", "databaseMultiAz": "false"}),
	"many replicas": base().with(settings{"cacheReplicas": "5", "readReplicas": "4"}),
	"prod dynamodb": {"cartStore": "dynamodb"},
	"x86":           base().with(settings{"instanceType": "m7i.large", "amiId": "ami-0123456789abcdef0"}),
}
