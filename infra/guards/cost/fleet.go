package cost

import (
	"fmt"

	"myclothes/infra/guards"
)

// fleet counts the instances of a group with their volumes, and what they say to stores in
// other zones, which is paid for in each direction
// (https://aws.amazon.com/ec2/pricing/on-demand/, data transfer within a region).
func (e *estimator) fleet(r *guards.Resource) {
	instances, known := e.instances(r)
	template := e.template(r)
	if template == nil {
		e.without(r, "only an update will tell its launch template")
	}
	if !known || template == nil {
		return
	}
	if class, known := e.word(template, "instanceType"); known {
		e.add(r, instances*Hours, class, e.about(r, instances), "without surplus CPU credits")
	}
	for i := range e.mappings(template) {
		if size, known := e.number(template, "blockDeviceMappings", i, "ebs", "volumeSize"); known {
			e.add(r, instances*size, volume, fmt.Sprintf("%v GB for each of %v instances", size, instances))
		}
	}
	e.add(r, 2*e.usage.of("zoneGB"), zoneData, e.usage.assumes("zoneGB"), "both directions are paid for")
}

// about says what the number of instances takes for granted.
func (e *estimator) about(r *guards.Resource, instances float64) string {
	if e.usage.of("instances") > 0 {
		return e.usage.assumes("instances")
	}
	return fmt.Sprintf("%v instances, as few as the group allows; it may have %v", instances, r.Input("maxSize"))
}

// instances is how many a group has on average.
func (e *estimator) instances(r *guards.Resource) (instances float64, known bool) {
	if assumed := e.usage.of("instances"); assumed > 0 {
		return assumed, true
	}
	least, known := r.Input("minSize").(float64)
	if !known {
		e.without(r, "only an update will tell its minSize")
	}
	return least, known
}

// template is the launch template of a group. Before there is one, its id does not name it;
// if it is the only one, it is meant.
func (e *estimator) template(r *guards.Resource) *guards.Resource {
	named := e.graph.Referenced(r, guards.LaunchTemplate, "launchTemplate", "id")
	if len(named) == 0 {
		named = e.graph.Of(guards.LaunchTemplate)
	}
	if len(named) != 1 {
		return nil
	}
	return named[0]
}

func (e *estimator) mappings(template *guards.Resource) []any {
	mappings, _ := template.Input("blockDeviceMappings").([]any)
	return mappings
}

// scalingPolicy counts the alarms that target tracking makes, one to add and one to remove
// instances
// (https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-scaling-target-tracking.html).
func (e *estimator) scalingPolicy(r *guards.Resource) {
	if r.Input("policyType") == "TargetTrackingScaling" {
		e.add(r, 2, metricAlarm, "one alarm to add instances, one to remove them")
	}
}
