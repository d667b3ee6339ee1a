package rollout_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/stretchr/testify/require"

	"myclothes/local/ci/rollout"
)

var deployed = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// answers are what Auto Scaling says, one after the other: an error, nil for no refresh, or a refresh.
type answers []any

func (a *answers) DescribeInstanceRefreshes(context.Context, *autoscaling.DescribeInstanceRefreshesInput, ...func(*autoscaling.Options)) (*autoscaling.DescribeInstanceRefreshesOutput, error) {
	answer := (*a)[0]
	*a = (*a)[1:]
	switch answer := answer.(type) {
	case error:
		return nil, answer
	case types.InstanceRefresh:
		return &autoscaling.DescribeInstanceRefreshesOutput{InstanceRefreshes: []types.InstanceRefresh{answer}}, nil
	}
	return &autoscaling.DescribeInstanceRefreshesOutput{}, nil
}

// refresh began a minute after the deployment did.
func refresh(status types.InstanceRefreshStatus, reason string) types.InstanceRefresh {
	r := types.InstanceRefresh{InstanceRefreshId: aws.String("refresh-1"), Status: status, StartTime: aws.Time(deployed.Add(time.Minute)), StatusReason: aws.String(reason)}
	switch status {
	case types.InstanceRefreshStatusPending, types.InstanceRefreshStatusInProgress, types.InstanceRefreshStatusBaking,
		types.InstanceRefreshStatusCancelling, types.InstanceRefreshStatusRollbackInProgress:
	default:
		r.EndTime = aws.Time(deployed.Add(time.Hour))
	}
	return r
}

func wait(t *testing.T, a answers) (string, error) {
	t.Helper()
	var said strings.Builder
	err := rollout.Wait(t.Context(), &a, "servers", deployed, 0, &said)
	require.Empty(t, a, "it asks until the refresh is over, and not once more")
	return said.String(), err
}

func TestAReleaseThatRolledThroughIsWaitedFor(t *testing.T) {
	t.Parallel()
	waiting := types.InstanceRefresh{InstanceRefreshId: aws.String("refresh-1"), Status: types.InstanceRefreshStatusPending} // has no times yet
	said, err := wait(t, answers{
		waiting, refresh(types.InstanceRefreshStatusInProgress, ""), errors.New("throttled"),
		refresh(types.InstanceRefreshStatusBaking, ""), refresh(types.InstanceRefreshStatusSuccessful, ""),
	})
	require.NoError(t, err)
	require.Contains(t, said, "Pending")
	require.Contains(t, said, "throttled")
	require.Contains(t, said, "Successful")
}

func TestAReleaseThatTheFleetDoesNotRunIsAFailedDeployment(t *testing.T) {
	t.Parallel()
	for _, status := range []types.InstanceRefreshStatus{
		types.InstanceRefreshStatusFailed, types.InstanceRefreshStatusCancelled,
		types.InstanceRefreshStatusRollbackFailed, types.InstanceRefreshStatusRollbackSuccessful,
	} {
		_, err := wait(t, answers{refresh(types.InstanceRefreshStatusInProgress, ""), refresh(status, "alarm unhealthy-targets")})
		require.ErrorContains(t, err, string(status))
		require.ErrorContains(t, err, "alarm unhealthy-targets")
	}
}

func TestARefreshThatIsBeingRolledBackIsNotOverYet(t *testing.T) {
	t.Parallel()
	_, err := wait(t, answers{
		refresh(types.InstanceRefreshStatusRollbackInProgress, ""), refresh(types.InstanceRefreshStatusCancelling, ""), refresh(types.InstanceRefreshStatusCancelled, ""),
	})
	require.ErrorContains(t, err, "Cancelled")
}

func TestADeploymentThatReplacesNoInstanceIsDoneAtOnce(t *testing.T) {
	t.Parallel()
	earlier := refresh(types.InstanceRefreshStatusFailed, "of last week")
	earlier.StartTime, earlier.EndTime = aws.Time(deployed.Add(-48*time.Hour)), aws.Time(deployed.Add(-47*time.Hour))
	for _, found := range []any{nil, earlier} {
		said, err := wait(t, answers{found})
		require.NoError(t, err)
		require.Contains(t, said, "no instance was to be replaced")
	}
}

func TestWaitingEndsWithItsTimeAndSaysWhereItStood(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := rollout.Wait(ctx, &answers{refresh(types.InstanceRefreshStatusInProgress, "waiting for health")}, "servers", deployed, time.Hour, &strings.Builder{})
	require.ErrorIs(t, err, context.Canceled)
	require.ErrorContains(t, err, "waiting for health")
}
