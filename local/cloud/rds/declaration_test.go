package rds

import (
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/local/cloud/cloudtest"
	"myclothes/local/cloud/datastore"
)

func TestDatabaseDeclarationThatRDSRefusesIsRefused(t *testing.T) {
	t.Parallel()
	source, withoutBackups := &instance{}, &instance{}
	source.Declare(testDatabase(), nil)
	withoutBackups.Declare(Instance{Identifier: "customers"}, nil)
	change := func(f func(*Instance)) Instance {
		spec := testDatabase()
		f(&spec)
		return spec
	}
	for _, test := range []struct {
		name   string
		spec   Instance
		source *instance
		want   string
	}{
		{"replica of a database without backups", testReplica(), withoutBackups, "automated backups are not enabled for customers"},
		{"replica with a password", Instance{ReplicateSourceDB: "customers", Password: "x"}, source, "must not declare them"},
		{"reserved name", change(func(d *Instance) { d.Username = "admin" }), nil, "reserved word"},
		{"another engine", change(func(d *Instance) { d.Engine = "mysql" }), nil, "is not postgres"},
		{"zone with multi-AZ", change(func(d *Instance) { d.AvailabilityZone = "eu-west-1a" }), nil, "not valid with multiAz"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := test.spec.withDefaults(cloudtest.Named("customers"), test.source)
			require.ErrorContains(t, err, test.want)
		})
	}
}

func TestAParameterGroupIsForOneMajorVersion(t *testing.T) {
	t.Parallel()
	s := newAccount(t)
	for _, family := range []string{"postgres16", "postgres17"} {
		_, err := s.ParameterGroups.Records.Create(t.Context(), cloudtest.Named(family), datastore.ParameterGroup{Family: family})
		require.NoError(t, err)
	}
	before, next := testDatabase(), testDatabase()
	before.ParameterGroupName, next.ParameterGroupName = "postgres16", "postgres17"
	require.NoError(t, s.Instances.checkFamily(before))
	require.ErrorContains(t, s.Instances.checkFamily(next), "InvalidParameterCombination: The parameter group postgres17 with DBParameterGroupFamily postgres17")

	next.EngineVersion = "17.2"
	require.ErrorContains(t, s.Instances.checkUpgrade(before, next), "AllowMajorVersionUpgrade flag must be present")
	next.AllowMajorVersionUpgrade = true
	require.NoError(t, s.Instances.checkUpgrade(before, next))
	next.ParameterGroupName = "default.postgres16"
	require.ErrorContains(t, s.Instances.checkUpgrade(before, next), "DBParameterGroupFamily postgres16 can't be used")
}
