package operate

import "context"

type setDesiredCapacity struct {
	AutoScalingGroupName string
	DesiredCapacity      int
	HonorCooldown        bool
}

func (s autoScaling) setDesiredCapacity(_ context.Context, in setDesiredCapacity) error {
	return s.groups.SetDesiredCapacity(in.AutoScalingGroupName, in.DesiredCapacity, in.HonorCooldown)
}

type setInstanceHealth struct {
	InstanceId, HealthStatus string
	ShouldRespectGracePeriod *bool // true if not given
}

func (s autoScaling) setInstanceHealth(_ context.Context, in setInstanceHealth) error {
	return s.groups.SetInstanceHealth(in.InstanceId, in.HealthStatus, in.ShouldRespectGracePeriod == nil || *in.ShouldRespectGracePeriod)
}

type terminateInstance struct {
	InstanceId                     string
	ShouldDecrementDesiredCapacity bool
}

type terminated struct{ Activity activity }

func (s autoScaling) terminateInstance(_ context.Context, in terminateInstance) (terminated, error) {
	a, err := s.groups.TerminateInstance(in.InstanceId, in.ShouldDecrementDesiredCapacity)
	return terminated{shownActivity(a)}, err
}

type processesRequest struct {
	AutoScalingGroupName string
	ScalingProcesses     []string `xml:"ScalingProcesses>member"`
}

func (s autoScaling) suspendProcesses(_ context.Context, in processesRequest) error {
	return s.groups.SuspendProcesses(in.AutoScalingGroupName, in.ScalingProcesses)
}

func (s autoScaling) resumeProcesses(_ context.Context, in processesRequest) error {
	return s.groups.ResumeProcesses(in.AutoScalingGroupName, in.ScalingProcesses)
}
