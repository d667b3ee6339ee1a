package network

import (
	"fmt"
	"slices"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"myclothes/infra/config"
	"myclothes/infra/conventions"
)

// Location is where a stack lives.
type Location struct {
	Region string
	Zones  []string // names
}

// Contribution tells the service the region, which the AWS SDK asks for.
func (l Location) Contribution() conventions.Contribution {
	return conventions.Contribution{Environment: []conventions.Variable{{Name: "AWS_REGION", Value: pulumi.String(l.Region)}}}
}

// Locate asks AWS for the region and its first zones in alphabetical order, which
// stay the same when AWS adds one. Local Zones are left out.
func Locate(ctx *pulumi.Context, zones int) (Location, error) {
	region, err := aws.GetRegion(ctx, &aws.GetRegionArgs{})
	if err != nil {
		return Location{}, fmt.Errorf("region: %w", err)
	}
	available, err := aws.GetAvailabilityZones(ctx, &aws.GetAvailabilityZonesArgs{
		State:   ptr("available"),
		Filters: []aws.GetAvailabilityZonesFilter{{Name: "opt-in-status", Values: []string{"opt-in-not-required"}}},
	})
	if err != nil {
		return Location{}, fmt.Errorf("availability zones: %w", err)
	}
	names := slices.Sorted(slices.Values(available.Names))
	if len(names) < zones {
		return Location{}, config.Refusal(ctx.Project(), "availabilityZones", zones,
			fmt.Sprintf("at most %d, which is what region %s has", len(names), region.Name))
	}
	return Location{Region: region.Name, Zones: names[:zones]}, nil
}
