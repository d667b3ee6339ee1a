package ec2

import (
	"cmp"
	"fmt"
	"strconv"
)

// Resolve returns what a reference means now: the template's id and name, and the number
// of the version.
func (s *LaunchTemplates) Resolve(ref LaunchTemplateRef) (LaunchTemplateRef, error) {
	wanted := cmp.Or(ref.ID, ref.Name)
	found, ok := s.templates.Find(wanted)
	if !ok {
		return LaunchTemplateRef{}, fmt.Errorf("no launch template %q", wanted)
	}
	_, number, err := found.Spec.version(ref.Version)
	return LaunchTemplateRef{ID: found.ID, Name: found.Name, Version: strconv.Itoa(number)}, err
}

// ZoneOf returns the Availability Zone of a subnet.
func (s *Instances) ZoneOf(subnetID string) (string, error) {
	subnet, err := s.network.subnets.Get(subnetID)
	return subnet.AvailabilityZone, err
}
