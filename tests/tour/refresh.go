package main

import (
	"context"
	"fmt"
	"time"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"myclothes/local/control"
)

// replaceEveryInstance refreshes all groups, as operators do on AWS, and returns when that is done.
func replaceEveryInstance(ctx context.Context, c *control.Cloud) error {
	client := autoscaling.New(autoscaling.Options{
		Region: c.Options().Region, BaseEndpoint: awssdk.String(c.Operators),
		Credentials: credentials.NewStaticCredentialsProvider(c.AccessKey, "made-up", ""),
	})
	groups, err := client.DescribeAutoScalingGroups(ctx, &autoscaling.DescribeAutoScalingGroupsInput{})
	if err != nil {
		return err
	}
	for _, group := range groups.AutoScalingGroups {
		if err := refresh(ctx, client, group.AutoScalingGroupName); err != nil {
			return fmt.Errorf("refresh %s: %w", awssdk.ToString(group.AutoScalingGroupName), err)
		}
	}
	return nil
}

func refresh(ctx context.Context, client *autoscaling.Client, group *string) error {
	started, err := client.StartInstanceRefresh(ctx, &autoscaling.StartInstanceRefreshInput{
		AutoScalingGroupName: group,
		Preferences:          &types.RefreshPreferences{MinHealthyPercentage: awssdk.Int32(100), MaxHealthyPercentage: awssdk.Int32(200), SkipMatching: awssdk.Bool(false)},
	})
	if err != nil {
		return err
	}
	for {
		refreshes, err := client.DescribeInstanceRefreshes(ctx, &autoscaling.DescribeInstanceRefreshesInput{
			AutoScalingGroupName: group, InstanceRefreshIds: []string{awssdk.ToString(started.InstanceRefreshId)}})
		if err != nil {
			return err
		}
		if len(refreshes.InstanceRefreshes) != 1 {
			return fmt.Errorf("%d refreshes are described, and one was started", len(refreshes.InstanceRefreshes))
		}
		switch now := refreshes.InstanceRefreshes[0]; now.Status {
		case types.InstanceRefreshStatusSuccessful:
			return nil
		case types.InstanceRefreshStatusPending, types.InstanceRefreshStatusInProgress, types.InstanceRefreshStatusBaking:
		default:
			return fmt.Errorf("it is %s: %s", now.Status, awssdk.ToString(now.StatusReason))
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(200 * time.Millisecond):
		}
	}
}
