package datastore

import (
	"context"

	"myclothes/local/cloud/aws"
)

// Update changes the subnets of a group, but not into another VPC. The provider plans such
// a change as an update of the group, and AWS refuses it (terraform-provider-aws#27459).
func (g SubnetGroups) Update(ctx context.Context, r aws.Resource, spec SubnetGroup) (aws.Outputs, error) {
	before, err := g.Get(r.ID)
	if err != nil {
		return nil, err
	}
	was, is := g.network.VPC(before.SubnetIDs), g.network.VPC(spec.SubnetIDs)
	if was != "" && is != "" && was != is {
		return nil, aws.Error{Code: "InvalidParameterValue", Message: "The new Subnets are not in the same Vpc as the existing subnet group: " + r.Name}
	}
	return g.Records.Update(ctx, r, spec)
}
