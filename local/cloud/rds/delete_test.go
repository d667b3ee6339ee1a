package rds

import (
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/local/cloud/cloudtest"
)

func TestDeletesThatRDSRefusesAreRefused(t *testing.T) {
	t.Parallel()
	s := newAccount(t).Instances
	require.NoError(t, s.snapshots.Take("taken", "another"))
	source := &instance{}
	source.Declare(testDatabase(), nil)
	for _, test := range []struct {
		name   string
		spec   Instance
		source *instance
		want   string
	}{
		{"protected", Instance{DeletionProtection: true, SkipFinalSnapshot: true}, nil, "InvalidParameterCombination: Cannot delete protected DB Instance"},
		{"no name for the final snapshot", Instance{}, nil, "FinalDBSnapshotIdentifier is required"},
		{"a name that is taken", Instance{FinalSnapshotIdentifier: "Taken"}, nil, "DBSnapshotAlreadyExists"},
		{"a name that is none", Instance{FinalSnapshotIdentifier: "customers--final"}, nil, "InvalidParameterValue"},
		{"final snapshot of a replica", Instance{FinalSnapshotIdentifier: "final"}, source, "can not be specified when deleting a replica"},
		{"replica that does not skip it", Instance{}, source, "FinalDBSnapshotIdentifier is required"},
		{"skipped", Instance{SkipFinalSnapshot: true, FinalSnapshotIdentifier: "taken"}, nil, ""},
		{"a new name", Instance{FinalSnapshotIdentifier: "customers-final-1"}, nil, ""},
		{"replica that skips it", Instance{SkipFinalSnapshot: true}, source, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			i := &instance{source: test.source}
			i.Declare(test.spec, nil)
			err := s.takeFinalSnapshot(i)
			if test.want == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, test.want)
		})
	}
}

func TestADatabaseIsDeletedAsItWasAppliedLast(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	spec := testDatabase()
	spec.MultiAZ, spec.DeletionProtection, spec.FinalSnapshotIdentifier = false, true, "customers-final"
	host := declareDatabase(a, spec)
	ctx := t.Context()
	require.ErrorContains(t, a.Instances.Delete(ctx, cloudtest.Named("customers")), "Cannot delete protected")
	require.ErrorContains(t, a.ParameterGroups.Delete(ctx, cloudtest.Named("db-parameters")), "InvalidDBParameterGroupState")
	require.ErrorContains(t, a.SubnetGroups.Delete(ctx, cloudtest.Named("db-subnets")), "InvalidDBSubnetGroupStateFault")
	_, err := a.query(host, `select now()::text`)
	require.NoError(t, err)

	spec.DeletionProtection = false
	_, err = a.Instances.Update(ctx, cloudtest.Named("customers"), spec)
	require.NoError(t, err)
	require.NoError(t, a.Instances.Delete(ctx, cloudtest.Named("customers")))
	require.Empty(t, a.Instances.Report())
	require.NoError(t, a.ParameterGroups.Delete(ctx, cloudtest.Named("db-parameters")))
	require.NoError(t, a.SubnetGroups.Delete(ctx, cloudtest.Named("db-subnets")))
}
