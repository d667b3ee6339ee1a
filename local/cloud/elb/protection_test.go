package elb

import (
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/local/cloud/cloudtest"
)

func TestALoadBalancerThatIsProtectedIsNotDeleted(t *testing.T) {
	t.Parallel()
	balancers := NewLoadBalancers(cloudtest.NewVPC(t).Network, nil)
	t.Cleanup(func() { require.NoError(t, balancers.Close(t.Context())) })
	declared := LoadBalancer{Subnets: cloudtest.AppSubnets, EnableDeletionProtection: true}
	cloudtest.Declare(t, balancers, "web", declared)
	require.ErrorContains(t, balancers.Delete(t.Context(), cloudtest.Named("web")), "OperationNotPermitted")
	require.Len(t, balancers.Report(), 1)

	declared.EnableDeletionProtection = false
	_, err := balancers.Update(t.Context(), cloudtest.Named("web"), declared)
	require.NoError(t, err)
	require.NoError(t, balancers.Delete(t.Context(), cloudtest.Named("web")))
	require.Empty(t, balancers.Report())
}
