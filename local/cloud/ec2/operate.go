package ec2

import (
	"context"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"time"

	"myclothes/local/cloud/aws"
)

// VPCOf returns the VPC that a subnet is in.
func (n *Network) VPCOf(subnetID string) string {
	subnet, _ := n.subnets.Get(subnetID)
	return subnet.VpcID
}

// Described is an instance as operators see it.
type Described struct {
	ID, ImageID, Type string
	Address           netip.Addr // private, as declared
	Subnet, Zone, VPC string
	Groups            []string // security groups
	Launched          time.Time
}

// Describe lists the instances that run, in the order of their ids.
func (s *Instances) Describe() []Described {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []Described
	for _, id := range slices.Sorted(maps.Keys(s.live)) {
		i := s.live[id]
		all = append(all, Described{
			ID: id, ImageID: i.template.ImageID, Type: i.template.InstanceType, Address: i.Interface.private, Subnet: i.Interface.Subnet,
			Zone: i.Interface.Zone, VPC: s.network.VPCOf(i.Interface.Subnet), Groups: i.template.VPCSecurityGroupIDs, Launched: i.Launched,
		})
	}
	return all
}

// ShutDown shuts the machine of an instance down, as terminate-instances does, and returns
// at once. Its service is told to end, and is not started again; whoever checks the
// instance's status sees that it is gone.
func (s *Instances) ShutDown(id string) error {
	s.mu.Lock()
	i, runs := s.live[id]
	s.mu.Unlock()
	if !runs {
		return aws.Error{Code: "InvalidInstanceID.NotFound", Message: fmt.Sprintf("The instance ID '%s' does not exist", id)}
	}
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), shutdownGrace)
		defer cancel()
		i.service.Stop(ctx)
	}()
	i.loss.mu.Lock()
	i.loss.impaired = true
	i.loss.mu.Unlock()
	i.service.Tell()
	return nil
}

// Versions lists the versions of a launch template, the first one first, and which one is
// the default.
func (s *LaunchTemplates) Versions(reference string) (of aws.Resource, versions []LaunchTemplate, standard int, err error) {
	found, ok := s.templates.Find(reference)
	if !ok {
		return of, nil, 0, aws.Error{Code: "InvalidLaunchTemplateId.NotFound", Message: fmt.Sprintf("The specified launch template, %s, does not exist.", reference)}
	}
	t := found.Spec
	t.mu.Lock()
	defer t.mu.Unlock()
	return found.Resource, slices.Clone(t.versions), t.standard, nil
}
