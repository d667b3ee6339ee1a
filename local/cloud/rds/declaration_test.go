package rds

import (
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/local/cloud/cloudtest"
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
