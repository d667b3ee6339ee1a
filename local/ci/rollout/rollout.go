// Package rollout waits until a fleet runs what was deployed.
package rollout

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
)

// Groups is what is asked of Amazon EC2 Auto Scaling; autoscaling.Client has it.
type Groups interface {
	DescribeInstanceRefreshes(context.Context, *autoscaling.DescribeInstanceRefreshesInput, ...func(*autoscaling.Options)) (*autoscaling.DescribeInstanceRefreshesOutput, error)
}

// Wait returns when no instance refresh of the group that began at since or later is under
// way, and says on out how it goes. It is an error when the last one did not end well: a
// roll that was rolled back did not bring the release to anybody. A deployment that rolls
// nothing has no refresh, and that is well.
//
// It asks every so often, and goes on through answers that fail: a deployment of half an
// hour must not be called failed for one of them. Only the context ends that.
func Wait(ctx context.Context, groups Groups, group string, since time.Time, every time.Duration, out io.Writer) error {
	said := ""
	for {
		refresh, err := last(ctx, groups, group, since)
		line, done, failed := judge(refresh)
		if err != nil {
			line, done, failed = "not known: "+err.Error(), false, nil
		}
		if line != said {
			fmt.Fprintf(out, "%s: %s\n", group, line)
			said = line
		}
		if done {
			return failed
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("instance refresh of %s: %s: %w", group, line, ctx.Err())
		case <-time.After(every):
		}
	}
}

// last returns the group's newest refresh if it began at since or later, or goes on; nil if
// there is none. Auto Scaling lists the newest first, and keeps them for six weeks
// (https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeInstanceRefreshes.html).
func last(ctx context.Context, groups Groups, group string, since time.Time) (*types.InstanceRefresh, error) {
	answer, err := groups.DescribeInstanceRefreshes(ctx, &autoscaling.DescribeInstanceRefreshesInput{
		AutoScalingGroupName: &group, MaxRecords: aws.Int32(1),
	})
	if err != nil || len(answer.InstanceRefreshes) == 0 {
		return nil, err
	}
	refresh := &answer.InstanceRefreshes[0]
	// One that waits has not begun yet; one that ended before has nothing to do with it.
	if refresh.EndTime != nil && aws.ToTime(refresh.StartTime).Before(since) {
		return nil, nil
	}
	return refresh, nil
}

// judge says in a line how a refresh goes, whether it is over, and what is wrong then.
func judge(r *types.InstanceRefresh) (line string, done bool, failed error) {
	if r == nil {
		return "no instance was to be replaced", true, nil
	}
	line = fmt.Sprintf("instance refresh %s: %s, %d %% done", aws.ToString(r.InstanceRefreshId), r.Status, aws.ToInt32(r.PercentageComplete))
	if reason := aws.ToString(r.StatusReason); reason != "" {
		line += ": " + reason
	}
	switch r.Status {
	case types.InstanceRefreshStatusSuccessful:
		return line, true, nil
	case types.InstanceRefreshStatusFailed, types.InstanceRefreshStatusCancelled,
		types.InstanceRefreshStatusRollbackFailed, types.InstanceRefreshStatusRollbackSuccessful:
		return line, true, errors.New("the release is not what the fleet runs: " + line)
	}
	return line, false, nil
}
