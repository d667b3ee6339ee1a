package provider

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"reflect"
	"strings"

	"myclothes/local/cloud/aws"
	"myclothes/local/fingerprint"
)

// Record starts the providers of a region with no cloud behind them: what is declared
// is recorded, and nothing runs. What AWS would make up follows from a resource's URN
// and from the seed, so that the same declaration always gives the same state. Close
// stops them.
func Record(region, seed string) (*Server, error) {
	if seed == "" {
		return nil, errors.New("recorded providers need a seed")
	}
	return start(region, recordedServices(region), source{seed})
}

// computed is a service that runs nothing: it says what AWS would compute.
type computed func(r aws.Resource, inputs map[string]any) aws.Outputs

func (c computed) create(_ context.Context, r aws.Resource, inputs map[string]any) (aws.Outputs, error) {
	return c(r, inputs), nil
}

func (computed) update(context.Context, aws.Resource, map[string]any) (aws.Outputs, error) {
	return nil, nil
}

func (computed) remove(context.Context, aws.Resource) error { return nil }

func (computed) spec() reflect.Type { return nil }

// recordedServices compute what other resources and outputs refer to, as far as no
// template of a kind says it.
func recordedServices(region string) map[string]service {
	return map[string]service{
		"aws:rds/instance:Instance": computed(func(r aws.Resource, inputs map[string]any) aws.Outputs {
			port, declared := inputs["port"]
			if !declared {
				port = 5432.0 // RDS: "Default: 5432" for PostgreSQL
			}
			address := r.Name + ".recorded." + region + ".rds.amazonaws.com"
			return aws.Outputs{"address": address, "port": port, "endpoint": fmt.Sprintf("%s:%v", address, port), "status": "available"}
		}),
		"aws:elasticache/replicationGroup:ReplicationGroup": computed(func(r aws.Resource, _ map[string]any) aws.Outputs {
			domain := r.Name + ".recorded." + region + ".cache.amazonaws.com"
			return aws.Outputs{"primaryEndpointAddress": "master." + domain, "readerEndpointAddress": "replica." + domain}
		}),
		"aws:lb/loadBalancer:LoadBalancer": computed(func(r aws.Resource, _ map[string]any) aws.Outputs {
			return aws.Outputs{"dnsName": r.Name + ".recorded." + region + ".elb.amazonaws.com", "zoneId": "ZRECORDED"}
		}),
		"aws:ec2/launchTemplate:LaunchTemplate": computed(func(aws.Resource, map[string]any) aws.Outputs {
			return aws.Outputs{"latestVersion": 1, "defaultVersion": 1}
		}),
		"aws:ec2/vpcEndpoint:VpcEndpoint": computed(func(r aws.Resource, inputs map[string]any) aws.Outputs {
			if kind, ok := inputs["vpcEndpointType"]; ok && kind != "Gateway" {
				return nil
			}
			return aws.Outputs{"prefixListId": "pl-" + strings.TrimPrefix(r.ID, "vpce-")}
		}),
	}
}

//go:embed *.go awsx/*.go modelled/*.go
var sources embed.FS

// Version identifies what these providers make of a declaration: it changes with the
// code of these packages and with what it is linked with.
func Version() (string, error) { return fingerprint.Of(sources) }
