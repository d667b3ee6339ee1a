package operate

import (
	"context"

	"myclothes/local/cloud/autoscaling/scaling"
)

type describePolicies struct {
	AutoScalingGroupName string
	PolicyNames          []string `xml:"PolicyNames>member"`
	MaxRecords           int
	NextToken            string
}

type policies struct {
	ScalingPolicies []scalingPolicy `xml:"ScalingPolicies>member"`
	NextToken       string          `xml:",omitempty"`
}

type scalingPolicy struct {
	AutoScalingGroupName, PolicyName, PolicyType string
	EstimatedInstanceWarmup                      *int
	Enabled                                      bool
	TargetTrackingConfiguration                  *targetTracking
}

type targetTracking struct {
	PredefinedMetricSpecification *predefinedMetric
	CustomizedMetricSpecification *customizedMetric
	TargetValue                   float64
	DisableScaleIn                bool
}

type predefinedMetric struct {
	PredefinedMetricType string
	ResourceLabel        string `xml:",omitempty"`
}

type customizedMetric struct {
	MetricName, Namespace, Statistic string
	Dimensions                       []dimension `xml:"Dimensions>member"`
}

func (s autoScaling) describePolicies(_ context.Context, in describePolicies) (out policies, err error) {
	all, err := s.groups.Policies().Describe(in.AutoScalingGroupName)
	if err != nil {
		return out, err
	}
	all = only(all, in.PolicyNames, func(p scaling.Named) []string { return []string{p.Name} })
	all, out.NextToken, err = page(all, in.NextToken, in.MaxRecords)
	for _, p := range all {
		shown := scalingPolicy{AutoScalingGroupName: p.GroupName, PolicyName: p.Name, PolicyType: p.PolicyType,
			EstimatedInstanceWarmup: p.EstimatedInstanceWarmup, Enabled: p.Enabled == nil || *p.Enabled}
		if t := p.TargetTracking; t != nil {
			shown.TargetTrackingConfiguration = shownTracking(*t)
		}
		out.ScalingPolicies = append(out.ScalingPolicies, shown)
	}
	return out, err
}

func shownTracking(t scaling.TargetTracking) *targetTracking {
	shown := &targetTracking{TargetValue: t.TargetValue, DisableScaleIn: t.DisableScaleIn}
	if m := t.Predefined; m != nil {
		shown.PredefinedMetricSpecification = &predefinedMetric{m.Type, m.ResourceLabel}
	}
	if m := t.Customized; m != nil {
		shown.CustomizedMetricSpecification = &customizedMetric{MetricName: m.Name, Namespace: m.Namespace, Statistic: m.Statistic}
		for _, d := range m.Dimensions {
			shown.CustomizedMetricSpecification.Dimensions = append(shown.CustomizedMetricSpecification.Dimensions, dimension{d.Name, d.Value})
		}
	}
	return shown
}
