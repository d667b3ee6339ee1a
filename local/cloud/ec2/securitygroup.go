package ec2

import (
	"context"
	"fmt"
	"slices"
	"time"

	"myclothes/local/cloud/aws"
)

// SecurityGroup is aws:ec2/securityGroup:SecurityGroup: a name that rules and interfaces
// go by.
type SecurityGroup struct{}

// SecurityGroups makes the network's security groups.
func (n *Network) SecurityGroups() aws.Service[SecurityGroup] {
	return securityGroups{aws.NewRecords[SecurityGroup]("security group"), n}
}

// securityGroups implements Service[SecurityGroup].
type securityGroups struct {
	*aws.Records[SecurityGroup]
	network *Network
}

// release is how long a delete of a group is tried again: what has it may be about to go.
// The provider tries for 15 minutes, and says nothing meanwhile.
const release = time.Minute

// Delete removes a group, unless something still has or names it.
func (s securityGroups) Delete(ctx context.Context, r aws.Resource) error {
	if _, there := s.Find(r.ID); !there {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, s.network.host.Timings.Scaled(release))
	defer cancel()
	for {
		by := s.network.dependentOn(r.ID)
		if by == "" {
			return s.Records.Delete(ctx, r)
		}
		select {
		case <-ctx.Done():
			return aws.Error{Code: "DependencyViolation", Message: fmt.Sprintf("resource %s has a dependent object: %s", r.ID, by)}
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// dependentOn returns what has a group, or a rule of another group that names it; "" if
// nothing does.
func (n *Network) dependentOn(group string) string {
	n.mu.RLock()
	defer n.mu.RUnlock()
	for _, i := range n.interfaces {
		if slices.Contains(i.groups, group) {
			return "the network interface of " + i.Owner
		}
	}
	for _, rules := range []*aws.Records[SecurityGroupRule]{n.ingress.Records, n.egress.Records} {
		if rule, found := rules.First(func(r aws.Record[SecurityGroupRule]) bool {
			return r.Spec.ReferencedSecurityGroupID == group && r.Spec.SecurityGroupID != group
		}); found {
			return "rule " + rule.ID + " of " + rule.Spec.SecurityGroupID
		}
	}
	return ""
}
