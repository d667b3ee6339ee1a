package operate_test

import (
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
	"github.com/stretchr/testify/require"

	"myclothes/local/cloud/autoscaling/scaling"
	"myclothes/local/cloud/cloudtest"
)

// described is the shop's group as the SDK shows it.
func (a *account) described() types.AutoScalingGroup {
	a.Helper()
	out, err := autoscaling.NewFromConfig(a.config()).DescribeAutoScalingGroups(a.Context(), &autoscaling.DescribeAutoScalingGroupsInput{
		AutoScalingGroupNames: []string{shop}})
	require.NoError(a, err)
	require.Len(a, out.AutoScalingGroups, 1)
	return out.AutoScalingGroups[0]
}

// inService lists the group's instances that are.
func (a *account) inService() (ids []string) {
	a.Helper()
	for _, i := range a.described().Instances {
		if i.LifecycleState == types.LifecycleStateInService {
			ids = append(ids, *i.InstanceId)
		}
	}
	return ids
}

func TestTheSDKDescribesAGroupAndTheHealthOfItsTargets(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	a.openShop()
	group := a.described()
	require.EqualValues(t, 2, *group.DesiredCapacity)
	require.Equal(t, "1", *group.LaunchTemplate.Version)
	require.Equal(t, cloudtest.Zones, group.AvailabilityZones)
	require.Len(t, group.Instances, 2)
	require.Equal(t, "t4g.small", *group.Instances[0].InstanceType)

	balancing := elasticloadbalancingv2.NewFromConfig(a.config())
	balancers, err := balancing.DescribeLoadBalancers(t.Context(), nil)
	require.NoError(t, err)
	require.Len(t, balancers.LoadBalancers, 1)
	require.Equal(t, "vpc-1", *balancers.LoadBalancers[0].VpcId)
	groups, err := balancing.DescribeTargetGroups(t.Context(), &elasticloadbalancingv2.DescribeTargetGroupsInput{Names: []string{shop}})
	require.NoError(t, err)
	require.Equal(t, []string{*balancers.LoadBalancers[0].LoadBalancerArn}, groups.TargetGroups[0].LoadBalancerArns)
	health, err := balancing.DescribeTargetHealth(t.Context(), &elasticloadbalancingv2.DescribeTargetHealthInput{TargetGroupArn: groups.TargetGroups[0].TargetGroupArn})
	require.NoError(t, err)
	require.Len(t, health.TargetHealthDescriptions, 2)
	for _, target := range health.TargetHealthDescriptions {
		require.Equal(t, elbtypes.TargetHealthStateEnumHealthy, target.TargetHealth.State)
		require.Contains(t, a.inService(), *target.Target.Id)
	}
	stranger, err := balancing.DescribeTargetHealth(t.Context(), &elasticloadbalancingv2.DescribeTargetHealthInput{
		TargetGroupArn: groups.TargetGroups[0].TargetGroupArn, Targets: []elbtypes.TargetDescription{{Id: new("i-0")}}})
	require.NoError(t, err)
	require.Equal(t, elbtypes.TargetHealthReasonEnumNotRegistered, stranger.TargetHealthDescriptions[0].TargetHealth.Reason)
	_, err = balancing.DescribeTargetHealth(t.Context(), &elasticloadbalancingv2.DescribeTargetHealthInput{TargetGroupArn: new("none")})
	require.Equal(t, "TargetGroupNotFound", cloudtest.ErrorCode(t, err))
}

func TestTheCLIReplacesResizesAndSuspends(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	a.openShop()
	before := a.inService()
	ended := a.mustAWS("autoscaling", "terminate-instance-in-auto-scaling-group", "--instance-id", before[0], "--no-should-decrement-desired-capacity")
	require.Contains(t, at(ended, "Activity", "Description"), before[0])
	a.mustAWS("autoscaling", "set-desired-capacity", "--auto-scaling-group-name", shop, "--desired-capacity", "3")
	cloudtest.Eventually(t, "three serve, and the terminated one does not", func() bool {
		ids := a.inService()
		return len(ids) == 3 && !slices.Contains(ids, before[0])
	})
	a.mustAWS("autoscaling", "set-instance-health", "--instance-id", before[1], "--health-status", "Unhealthy", "--no-should-respect-grace-period")
	cloudtest.Eventually(t, "the unhealthy one is replaced", func() bool {
		ids := a.inService()
		return len(ids) == 3 && !slices.Contains(ids, before[1])
	})
	a.mustAWS("autoscaling", "suspend-processes", "--auto-scaling-group-name", shop, "--scaling-processes", "Launch", "AZRebalance")
	suspended := a.described().SuspendedProcesses
	require.Len(t, suspended, 2)
	require.Equal(t, "Launch", *suspended[0].ProcessName)
	_, problem := a.aws("autoscaling", "set-desired-capacity", "--auto-scaling-group-name", shop, "--desired-capacity", "40")
	require.Contains(t, problem, "(ValidationError)")
	require.Contains(t, problem, "above max value 4")

	client := autoscaling.NewFromConfig(a.config())
	_, err := client.ResumeProcesses(t.Context(), &autoscaling.ResumeProcessesInput{AutoScalingGroupName: new(shop)})
	require.NoError(t, err)
	require.Empty(t, a.described().SuspendedProcesses)
	activities, err := client.DescribeScalingActivities(t.Context(), &autoscaling.DescribeScalingActivitiesInput{
		AutoScalingGroupName: new(shop), MaxRecords: new(int32(1))})
	require.NoError(t, err)
	require.Len(t, activities.Activities, 1)
	require.Equal(t, types.ScalingActivityStatusCodeSuccessful, activities.Activities[0].StatusCode)
	_, err = client.DescribeInstanceRefreshes(t.Context(), &autoscaling.DescribeInstanceRefreshesInput{AutoScalingGroupName: new("none")})
	require.ErrorContains(t, err, "AutoScalingGroup name not found")
}

func TestARefreshWithADesiredConfigurationIsRolledBack(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	group := a.openShop()
	client := autoscaling.NewFromConfig(a.config())
	name := new(shop)
	_, err := a.LaunchTemplates.Update(t.Context(), cloudtest.Named(shop), release("version 2"))
	require.NoError(t, err)
	_, err = client.RollbackInstanceRefresh(t.Context(), &autoscaling.RollbackInstanceRefreshInput{AutoScalingGroupName: name})
	require.Equal(t, "ActiveInstanceRefreshNotFound", cloudtest.ErrorCode(t, err))

	started, err := client.StartInstanceRefresh(t.Context(), &autoscaling.StartInstanceRefreshInput{
		AutoScalingGroupName: name,
		DesiredConfiguration: &types.DesiredConfiguration{LaunchTemplate: &types.LaunchTemplateSpecification{
			LaunchTemplateId: &group.LaunchTemplate.ID, Version: new("2")}},
		// It waits at its checkpoint for longer than a test.
		Preferences: &types.RefreshPreferences{MinHealthyPercentage: new(int32(100)), InstanceWarmup: new(int32(0)), SkipMatching: new(true),
			CheckpointPercentages: []int32{50, 100}, CheckpointDelay: new(int32(172800))},
	})
	require.NoError(t, err)
	_, err = client.StartInstanceRefresh(t.Context(), &autoscaling.StartInstanceRefreshInput{AutoScalingGroupName: name})
	require.Equal(t, "InstanceRefreshInProgress", cloudtest.ErrorCode(t, err))
	cloudtest.Eventually(t, "an instance of version 2 is launched", func() bool {
		for _, i := range a.described().Instances {
			if *i.LaunchTemplate.Version == "2" {
				return true
			}
		}
		return false
	})
	back, err := client.RollbackInstanceRefresh(t.Context(), &autoscaling.RollbackInstanceRefreshInput{AutoScalingGroupName: name})
	require.NoError(t, err)
	require.Equal(t, started.InstanceRefreshId, back.InstanceRefreshId)
	var last types.InstanceRefresh
	cloudtest.Eventually(t, "the rollback is done", func() bool {
		out, err := client.DescribeInstanceRefreshes(t.Context(), &autoscaling.DescribeInstanceRefreshesInput{AutoScalingGroupName: name})
		require.NoError(t, err)
		last = out.InstanceRefreshes[0]
		return last.Status == types.InstanceRefreshStatusRollbackSuccessful
	})
	require.Equal(t, "2", *last.DesiredConfiguration.LaunchTemplate.Version)
	require.Equal(t, []int32{50, 100}, last.Preferences.CheckpointPercentages)
	require.NotNil(t, last.RollbackDetails)
	for _, i := range a.described().Instances {
		require.Equal(t, "1", *i.LaunchTemplate.Version)
	}
}

func TestTheSDKDescribesScalingPolicies(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	a.openShop()
	cloudtest.Declare(t, a.ScalingPolicies, "cpu", scaling.Policy{GroupName: shop, PolicyType: "TargetTrackingScaling",
		TargetTracking: &scaling.TargetTracking{TargetValue: 60, Predefined: &scaling.PredefinedMetric{Type: "ASGAverageCPUUtilization"}}})
	out, err := autoscaling.NewFromConfig(a.config()).DescribePolicies(t.Context(), &autoscaling.DescribePoliciesInput{AutoScalingGroupName: new(shop)})
	require.NoError(t, err)
	require.Len(t, out.ScalingPolicies, 1)
	require.Equal(t, "cpu", *out.ScalingPolicies[0].PolicyName)
	require.EqualValues(t, 60, *out.ScalingPolicies[0].TargetTrackingConfiguration.TargetValue)
	require.Equal(t, types.MetricTypeASGAverageCPUUtilization, out.ScalingPolicies[0].TargetTrackingConfiguration.PredefinedMetricSpecification.PredefinedMetricType)
}
