package autoscaling

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"myclothes/local/cloud/aws"
)

// Policy is aws:autoscaling/policy:Policy. Target tracking is modelled: simple and step
// scaling, which alarms of one's own set off, and predictive scaling are refused.
type Policy struct {
	GroupName               string          `json:"autoscalingGroupName"`
	PolicyType              string          `json:"policyType"`              // "TargetTrackingScaling"
	Enabled                 *bool           `json:"enabled"`                 // true if not declared
	EstimatedInstanceWarmup *int            `json:"estimatedInstanceWarmup"` // seconds of AWS, the group's default if not declared
	TargetTracking          *TargetTracking `json:"targetTrackingConfiguration"`
}

// TargetTracking keeps a metric near a value.
type TargetTracking struct {
	Predefined     *PredefinedMetric `json:"predefinedMetricSpecification"`
	Customized     *CustomizedMetric `json:"customizedMetricSpecification"`
	TargetValue    float64           `json:"targetValue"`
	DisableScaleIn bool              `json:"disableScaleIn"`
}

// PredefinedMetric names a metric of the group's instances, or of a target group.
type PredefinedMetric struct {
	Type          string `json:"predefinedMetricType"`
	ResourceLabel string `json:"resourceLabel"` // "app/NAME/ID/targetgroup/NAME/ID"
}

// CustomizedMetric names any metric that is published here.
type CustomizedMetric struct {
	Namespace  string `json:"namespace"`
	Name       string `json:"metricName"`
	Statistic  string `json:"statistic"`
	Dimensions []struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	} `json:"metricDimensions"`
	Math json.RawMessage `json:"metrics"` // not modelled
}

// Metrics are CloudWatch's.
type Metrics interface {
	// Latest returns a statistic of the last count complete periods of a minute of AWS, the
	// oldest first; NaN where a period has no data.
	Latest(m Metric, count int) []float64
}

// Metric names a metric and the statistic that is looked at.
type Metric struct {
	Namespace, Name string
	Dimensions      map[string]string
	Statistic       string // "Average", "Sum", …
}

// metric returns what a policy tracks, or why it cannot be.
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-scaling-target-tracking.html
func (p Policy) metric() (Metric, error) {
	t := p.TargetTracking
	switch {
	case p.PolicyType != "TargetTrackingScaling":
		return Metric{}, fmt.Errorf("policyType: %q is not modelled in the local cloud, only TargetTrackingScaling", p.PolicyType)
	case t == nil || (t.Predefined == nil) == (t.Customized == nil):
		return Metric{}, fmt.Errorf("targetTrackingConfiguration: it names either a predefined metric or a customized one")
	case t.TargetValue <= 0:
		return Metric{}, fmt.Errorf("targetValue: %g is not more than 0", t.TargetValue)
	case t.Customized != nil:
		return t.Customized.metric()
	case t.Predefined.Type == "ASGAverageCPUUtilization":
		return Metric{"AWS/EC2", "CPUUtilization", map[string]string{"AutoScalingGroupName": p.GroupName}, "Average"}, nil
	case t.Predefined.Type == "ALBRequestCountPerTarget":
		_, group, ok := strings.Cut(t.Predefined.ResourceLabel, "/targetgroup/")
		if !ok {
			return Metric{}, invalid("resourceLabel: %q is not app/NAME/ID/targetgroup/NAME/ID", t.Predefined.ResourceLabel)
		}
		return Metric{"AWS/ApplicationELB", "RequestCountPerTarget", map[string]string{"TargetGroup": "targetgroup/" + group}, "Sum"}, nil
	}
	return Metric{}, fmt.Errorf("predefinedMetricType: %q is not modelled in the local cloud", t.Predefined.Type)
}

func (c CustomizedMetric) metric() (Metric, error) {
	if text := string(c.Math); text != "" && text != "null" && text != "[]" {
		return Metric{}, fmt.Errorf("customizedMetricSpecification: metric math is not modelled in the local cloud")
	}
	m := Metric{c.Namespace, c.Name, map[string]string{}, c.Statistic}
	for _, d := range c.Dimensions {
		m.Dimensions[d.Name] = d.Value
	}
	return m, nil
}

// Policies implements Service[Policy].
type Policies struct{ groups *Groups }

// Policies are the scaling policies of the groups.
func (s *Groups) Policies() *Policies { return &Policies{s} }

// Create adds a policy to its group.
func (s *Policies) Create(_ context.Context, r aws.Resource, spec Policy) (aws.Outputs, error) {
	g, err := s.groups.find(spec.GroupName)
	if err == nil {
		_, err = spec.metric()
	}
	if err != nil {
		return nil, fmt.Errorf("scaling policy %s: %w", r.Name, err)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.policies[r.ID] = spec
	return nil, nil
}

// Update changes a policy.
func (s *Policies) Update(ctx context.Context, r aws.Resource, spec Policy) (aws.Outputs, error) {
	return s.Create(ctx, r, spec)
}

// Delete takes a policy from its group. Policies of a group that is deleted go with it.
func (s *Policies) Delete(_ context.Context, r aws.Resource) error {
	for _, group := range s.groups.groups.All() {
		group.Spec.mu.Lock()
		delete(group.Spec.policies, r.ID)
		group.Spec.mu.Unlock()
	}
	return nil
}
