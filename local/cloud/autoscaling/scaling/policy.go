package scaling

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"

	"myclothes/local/cloud/aws"
	"myclothes/local/cloud/cloudwatch"
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

// Named is a scaling policy and its name.
type Named struct {
	Name string
	Policy
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
	// Latest returns the last count complete periods of so many seconds of AWS, the oldest
	// first.
	Latest(metric cloudwatch.Metric, seconds, count int) ([]cloudwatch.Datapoint, error)
}

// metric is what a policy tracks.
type metric struct {
	cloudwatch.Metric
	statistic string // "Average", "Sum", …
}

// metric returns what a policy tracks, or why it cannot be.
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-scaling-target-tracking.html
func (p Policy) metric() (metric, error) {
	t := p.TargetTracking
	switch {
	case p.PolicyType != "TargetTrackingScaling":
		return metric{}, fmt.Errorf("policyType: %q is not modelled in the local cloud, only TargetTrackingScaling", p.PolicyType)
	case t == nil || (t.Predefined == nil) == (t.Customized == nil):
		return metric{}, fmt.Errorf("targetTrackingConfiguration: it names either a predefined metric or a customized one")
	case t.TargetValue <= 0:
		return metric{}, fmt.Errorf("targetValue: %g is not more than 0", t.TargetValue)
	case t.Customized != nil:
		return t.Customized.metric()
	case t.Predefined.Type == "ASGAverageCPUUtilization":
		return metric{cloudwatch.Metric{Namespace: "AWS/EC2", Name: "CPUUtilization",
			Dimensions: []cloudwatch.Dimension{{Name: "AutoScalingGroupName", Value: p.GroupName}}}, "Average"}, nil
	case t.Predefined.Type == "ALBRequestCountPerTarget":
		_, group, ok := strings.Cut(t.Predefined.ResourceLabel, "/targetgroup/")
		if !ok {
			return metric{}, aws.Invalid("resourceLabel: %q is not app/NAME/ID/targetgroup/NAME/ID", t.Predefined.ResourceLabel)
		}
		return metric{cloudwatch.Metric{Namespace: "AWS/ApplicationELB", Name: "RequestCountPerTarget",
			Dimensions: []cloudwatch.Dimension{{Name: "TargetGroup", Value: "targetgroup/" + group}}}, "Sum"}, nil
	}
	return metric{}, fmt.Errorf("predefinedMetricType: %q is not modelled in the local cloud", t.Predefined.Type)
}

func (c CustomizedMetric) metric() (metric, error) {
	if text := string(c.Math); text != "" && text != "null" && text != "[]" {
		return metric{}, fmt.Errorf("customizedMetricSpecification: metric math is not modelled in the local cloud")
	}
	if _, err := (cloudwatch.Summary{Count: 1}).Statistic(c.Statistic); err != nil {
		return metric{}, fmt.Errorf("customizedMetricSpecification: %w", err)
	}
	m := metric{cloudwatch.Metric{Namespace: c.Namespace, Name: c.Name}, c.Statistic}
	for _, d := range c.Dimensions {
		m.Dimensions = append(m.Dimensions, cloudwatch.Dimension{Name: d.Name, Value: d.Value})
	}
	return m, nil
}

// Check says why AWS refuses a policy, or that what it tracks is not modelled here.
func (p Policy) Check() error {
	_, err := p.metric()
	return err
}

// Track returns what the metric of a policy was in the last minutes; ok is false if the
// policy is not enabled.
func (p Policy) Track(metrics Metrics) (t Tracked, ok bool) {
	m, err := p.metric()
	if err != nil || !p.enabled() {
		return Tracked{}, false
	}
	return Tracked{m.Name, p.TargetTracking.TargetValue, !p.TargetTracking.DisableScaleIn, m.latest(metrics)}, true
}

func (p Policy) enabled() bool { return p.Enabled == nil || *p.Enabled }

// latest returns what the metric was in the last minutes, NaN where there is no data.
func (m metric) latest(metrics Metrics) []float64 {
	values := make([]float64, lookback)
	points, err := metrics.Latest(m.Metric, 60, lookback)
	for i := range values {
		values[i] = math.NaN()
		if err == nil && points[i].Count > 0 {
			values[i], _ = points[i].Statistic(m.statistic) // a policy whose statistic is none is refused
		}
	}
	return values
}
