package operate_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/elasticache"
	elasticachetypes "github.com/aws/aws-sdk-go-v2/service/elasticache/types"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	rdstypes "github.com/aws/aws-sdk-go-v2/service/rds/types"
	"github.com/stretchr/testify/require"

	"myclothes/local/cloud/cloudtest"
	local "myclothes/local/cloud/elasticache"
	localrds "myclothes/local/cloud/rds"
)

func TestACacheFailsOverWhenItIsTold(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	cloudtest.Declare(t, a.ReplicationGroups, "sessions", local.ReplicationGroup{
		Port: 16379, NumCacheClusters: 2, AutomaticFailoverEnabled: true, MultiAZEnabled: true, SubnetGroupName: "data", SecurityGroupIDs: []string{"sg-data"}})
	client := elasticache.NewFromConfig(a.config())
	members := func() map[string]string {
		out, err := client.DescribeReplicationGroups(t.Context(), &elasticache.DescribeReplicationGroupsInput{ReplicationGroupId: new("sessions")})
		require.NoError(t, err)
		roles := map[string]string{}
		for _, m := range out.ReplicationGroups[0].NodeGroups[0].NodeGroupMembers {
			roles[*m.CurrentRole] = *m.CacheClusterId
		}
		return roles
	}
	before := members()
	out, err := client.TestFailover(t.Context(), &elasticache.TestFailoverInput{ReplicationGroupId: new("sessions"), NodeGroupId: new("0001")})
	require.NoError(t, err)
	require.Equal(t, elasticachetypes.AutomaticFailoverStatusEnabled, out.ReplicationGroup.AutomaticFailover)
	cloudtest.Eventually(t, "the replica is the primary", func() bool { return members()["primary"] == before["replica"] })

	_, err = client.TestFailover(t.Context(), &elasticache.TestFailoverInput{ReplicationGroupId: new("sessions"), NodeGroupId: new("0002")})
	require.Equal(t, "NodeGroupNotFoundFault", cloudtest.ErrorCode(t, err))
	_, err = client.DescribeReplicationGroups(t.Context(), &elasticache.DescribeReplicationGroupsInput{ReplicationGroupId: new("none")})
	require.Equal(t, "ReplicationGroupNotFoundFault", cloudtest.ErrorCode(t, err))
}

func TestADatabaseFailsOverWhenItIsRebootedSo(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	cloudtest.Declare(t, a.DBInstances, "customers", localrds.Instance{
		Engine: "postgres", EngineVersion: "17", DBName: "shop", Username: "shop", Password: "a-Password_of-tests", Port: 15432,
		MultiAZ: true, BackupRetentionPeriod: 1, DBSubnetGroupName: "data", VPCSecurityGroupIDs: []string{"sg-data"}})
	client := rds.NewFromConfig(a.config())
	described := func() rdstypes.DBInstance {
		out, err := client.DescribeDBInstances(t.Context(), &rds.DescribeDBInstancesInput{DBInstanceIdentifier: new("customers")})
		require.NoError(t, err)
		return out.DBInstances[0]
	}
	before := described()
	require.Equal(t, "available", *before.DBInstanceStatus)
	require.True(t, *before.MultiAZ)
	rebooting := a.mustAWS("rds", "reboot-db-instance", "--db-instance-identifier", "customers", "--force-failover")
	require.Equal(t, "rebooting", at(rebooting, "DBInstance", "DBInstanceStatus"))
	cloudtest.Eventually(t, "the database is where its standby was", func() bool {
		return *described().AvailabilityZone == *before.SecondaryAvailabilityZone
	})
	_, err := client.RebootDBInstance(t.Context(), &rds.RebootDBInstanceInput{DBInstanceIdentifier: new("none"), ForceFailover: new(true)})
	require.Equal(t, "DBInstanceNotFound", cloudtest.ErrorCode(t, err))
}
