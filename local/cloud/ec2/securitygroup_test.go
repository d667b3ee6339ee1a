package ec2_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/local/cloud/cloudtest"
	"myclothes/local/cloud/ec2"
)

func TestASecurityGroupInUseIsNotDeleted(t *testing.T) {
	t.Parallel()
	v := cloudtest.NewVPC(t)
	groups := v.Network.SecurityGroups()
	for _, group := range []string{"sg-stranger", "sg-app", "sg-free"} {
		cloudtest.Declare(t, groups, group, ec2.SecurityGroup{})
	}
	remove := func(group string) error { return groups.Delete(t.Context(), cloudtest.Named(group)) }
	require.NoError(t, remove("sg-free"))
	require.NoError(t, remove("sg-free"), "one that is not there is no error")

	require.ErrorContains(t, remove("sg-stranger"), "DependencyViolation: resource sg-stranger has a dependent object: the network interface of i-stranger")
	v.Network.Detach(v.Stranger)
	require.NoError(t, remove("sg-stranger"))

	v.Network.Detach(v.App)
	require.ErrorContains(t, remove("sg-app"), "rule sg-app-to-sg-data-1024-in of sg-data")
	require.NoError(t, v.Network.IngressRules().Delete(t.Context(), cloudtest.Named("sg-app-to-sg-data-1024-in")))
	require.NoError(t, remove("sg-app"))
}

func TestASecurityGroupIsDeletedWhenWhatHasItGoesMeanwhile(t *testing.T) {
	t.Parallel()
	v := cloudtest.NewVPC(t)
	groups := v.Network.SecurityGroups()
	cloudtest.Declare(t, groups, "sg-stranger", ec2.SecurityGroup{})
	deleted := make(chan error)
	go func() { deleted <- groups.Delete(t.Context(), cloudtest.Named("sg-stranger")) }()
	v.Network.Detach(v.Stranger)
	require.NoError(t, <-deleted)
}
