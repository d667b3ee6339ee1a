package operate_test

import (
	"net/http"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/local/cloud/cloudtest"
)

func TestTheCLIDescribesInstancesAndTerminatesOne(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	a.openShop()
	before := a.inService()
	described := a.mustAWS("ec2", "describe-instances", "--filters", "Name=tag:aws:autoscaling:groupName,Values="+shop,
		"Name=instance-state-name,Values=running,pending")
	require.Len(t, at(described, "Reservations"), 2)
	first := at(described, "Reservations", 0, "Instances", 0)
	require.Contains(t, before, at(first, "InstanceId"))
	require.Equal(t, "running", at(first, "State", "Name"))
	require.Equal(t, "t4g.small", at(first, "InstanceType"))
	require.Equal(t, "vpc-1", at(first, "VpcId"))
	require.Contains(t, at(first, "PrivateIpAddress"), "10.0.")
	require.Equal(t, "sg-app", at(first, "SecurityGroups", 0, "GroupId"))

	ended := a.mustAWS("ec2", "terminate-instances", "--instance-ids", before[0])
	require.Equal(t, "shutting-down", at(ended, "TerminatingInstances", 0, "CurrentState", "Name"))
	cloudtest.Eventually(t, "its group has replaced it", func() bool {
		now := a.inService()
		return len(now) == 2 && !slices.Contains(now, before[0])
	})
}

func TestTheCLIDescribesTheVersionsOfALaunchTemplate(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	cloudtest.Declare(t, a.LaunchTemplates, shop, release("version 1"))
	_, err := a.LaunchTemplates.Update(t.Context(), cloudtest.Named(shop), release("version 2"))
	require.NoError(t, err)
	described := a.mustAWS("ec2", "describe-launch-template-versions", "--launch-template-id", shop, "--versions", "$Latest")
	require.Len(t, at(described, "LaunchTemplateVersions"), 1)
	require.EqualValues(t, 2, at(described, "LaunchTemplateVersions", 0, "VersionNumber"))
	require.Equal(t, "ami-0123456789abcdef0", at(described, "LaunchTemplateVersions", 0, "LaunchTemplateData", "ImageId"))
}

func TestARehearsalIsAnsweredAndNothingIsDone(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	a.openShop()
	before := a.inService()
	for _, form := range []string{"Action=TerminateInstances&InstanceId.1=" + before[0], "Action=DescribeInstances", "Action=DescribeLaunchTemplateVersions&LaunchTemplateId=" + shop} {
		status, answer := a.send("eu-west-1", "", form+"&Version=2016-11-15&DryRun=true")
		require.Equal(t, http.StatusPreconditionFailed, status, answer)
		require.Contains(t, answer, "<Code>DryRunOperation</Code><Message>Request would have succeeded, but DryRun flag is set.</Message>")
	}
	a.keeps(before)
	status, answer := a.send("eu-west-1", "", "Action=DescribeInstances&Version=2016-11-15&DryRun=false")
	require.Equal(t, http.StatusOK, status, answer)
}

func TestAWrongIDAmongOthersTerminatesNone(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	a.openShop()
	before := a.inService()
	_, problem := a.aws("ec2", "terminate-instances", "--instance-ids", before[0], "i-0123456789abcdef0")
	require.Contains(t, problem, "(InvalidInstanceID.NotFound)")
	require.Contains(t, problem, "'i-0123456789abcdef0'")
	a.keeps(before)
}

// keeps says that the shop's group still has its instances after the time in which it
// would have noticed that one is gone: that of launching another.
func (a *account) keeps(before []string) {
	a.Helper()
	_, answer := a.send("eu-west-1", "", "Action=SetDesiredCapacity&Version=2011-01-01&DesiredCapacity=3&AutoScalingGroupName="+shop)
	cloudtest.Eventually(a.T, "three serve: "+answer, func() bool { return len(a.inService()) == 3 })
	require.Subset(a, a.inService(), before)
}
