package rds

import (
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/local/cloud/cloudtest"
	"myclothes/local/cloud/datastore"
	"myclothes/local/cloud/ec2"
)

func TestASubnetGroupDoesNotMoveIntoAnotherVPC(t *testing.T) {
	t.Parallel()
	v := cloudtest.NewVPC(t)
	for subnet, vpc := range map[string]string{"subnet-1": "vpc-1", "subnet-2": "vpc-1", "subnet-3": "vpc-2"} {
		cloudtest.Declare(t, v.Network.Subnets(), subnet, ec2.Subnet{VpcID: vpc, CidrBlock: "10.0.100.0/24", AvailabilityZone: "eu-west-1a"})
	}
	groups := New(v.Host, v.Network).SubnetGroups
	cloudtest.Declare(t, groups, "database", datastore.SubnetGroup{SubnetIDs: []string{"subnet-1"}})
	change := func(subnets ...string) error {
		_, err := groups.Update(t.Context(), cloudtest.Named("database"), datastore.SubnetGroup{SubnetIDs: subnets})
		return err
	}
	require.ErrorContains(t, change("subnet-3"), "InvalidParameterValue: The new Subnets are not in the same Vpc as the existing subnet group")
	group, err := groups.Get("database")
	require.NoError(t, err)
	require.Equal(t, []string{"subnet-1"}, group.SubnetIDs)
	require.NoError(t, change("subnet-1", "subnet-2"))
}
