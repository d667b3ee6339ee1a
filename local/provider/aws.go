package provider

import (
	"context"
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"myclothes/local/cloud/aws"
)

// awsProvider is the provider of package aws: its resources, and the questions that a
// program may ask.
type awsProvider struct{ *resources }

// Configure refuses another region than the cloud's.
func (p *awsProvider) Configure(ctx context.Context, req *pulumirpc.ConfigureRequest) (*pulumirpc.ConfigureResponse, error) {
	if region := req.GetVariables()["aws:config:region"]; region != "" && region != p.region {
		return nil, fmt.Errorf("this local cloud is in %s, not in %s: stop it first", p.region, region)
	}
	return p.resources.Configure(ctx, req)
}

// Invoke answers what a program asks of AWS.
func (p *awsProvider) Invoke(_ context.Context, req *pulumirpc.InvokeRequest) (*pulumirpc.InvokeResponse, error) {
	var answer map[string]any
	switch req.GetTok() {
	case "aws:index/getAvailabilityZones:getAvailabilityZones":
		zones := zonesOf(p.region)
		answer = map[string]any{"id": p.region, "names": zones, "groupNames": []string{p.region}}
	case "aws:index/getRegion:getRegion":
		answer = map[string]any{"id": p.region, "name": p.region, "endpoint": "ec2." + p.region + ".amazonaws.com"}
	case "aws:index/getCallerIdentity:getCallerIdentity":
		answer = map[string]any{"id": aws.AccountID, "accountId": aws.AccountID, "userId": "local",
			"arn": "arn:aws:iam::" + aws.AccountID + ":user/local"}
	case "aws:index/getPartition:getPartition":
		answer = map[string]any{"id": "aws", "partition": "aws", "dnsSuffix": "amazonaws.com", "reverseDnsPrefix": "com.amazonaws"}
	default:
		return nil, fmt.Errorf("%s is not modelled in the local cloud, which answers getAvailabilityZones, getRegion, getCallerIdentity and getPartition", req.GetTok())
	}
	properties, err := marshal(resource.NewPropertyMapFromMap(answer))
	return &pulumirpc.InvokeResponse{Return: properties}, err
}

// moreZones are the regions with more than three Availability Zones for everybody.
var moreZones = map[string]int{"us-east-1": 6, "us-west-2": 4}

// zonesOf names the Availability Zones of a region.
func zonesOf(region string) []string {
	count := 3
	if more, ok := moreZones[region]; ok {
		count = more
	}
	zones := make([]string, count)
	for i := range zones {
		zones[i] = region + string(rune('a'+i))
	}
	return zones
}
