package datastore

import (
	"context"
	"fmt"
	"strings"

	"myclothes/local/cloud/aws"
	"myclothes/local/cloud/ec2"
)

// Parameter is one of a parameter group.
type Parameter struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// ParameterGroup is aws:elasticache/parameterGroup:ParameterGroup and
// aws:rds/parameterGroup:ParameterGroup.
type ParameterGroup struct {
	Family     string      `json:"family"`
	Parameters []Parameter `json:"parameters"`
}

// ParameterGroups implements Service[ParameterGroup].
type ParameterGroups struct {
	*aws.Records[ParameterGroup]
	*use
	check func(ParameterGroup) error // refuses what AWS does not know
}

// NewParameterGroups returns none yet. One that is in use is not deleted: inUse is AWS's
// error, in whose message %s is the group's name. check refuses parameters that the service
// does not know.
func NewParameterGroups(inUse aws.Error, check func(ParameterGroup) error) ParameterGroups {
	return ParameterGroups{aws.NewRecords[ParameterGroup]("parameter group"), &use{inUse: inUse}, check}
}

// Create records a group.
func (g ParameterGroups) Create(ctx context.Context, r aws.Resource, spec ParameterGroup) (aws.Outputs, error) {
	if err := g.check(spec); err != nil {
		return nil, err
	}
	return g.Records.Create(ctx, r, spec)
}

// Update changes a group, wherever it is in use.
func (g ParameterGroups) Update(ctx context.Context, r aws.Resource, spec ParameterGroup) (aws.Outputs, error) {
	if err := g.check(spec); err != nil {
		return nil, err
	}
	return g.Records.Update(ctx, r, spec)
}

// Parameters returns those of the named group; AWS's default groups have none.
func (g ParameterGroups) Parameters(name string) ([]Parameter, error) {
	if name == "" || strings.HasPrefix(name, "default.") {
		return nil, nil
	}
	group, err := g.Get(name)
	return group.Parameters, err
}

// Family returns what the named group is for: "postgres17", "valkey8".
func (g ParameterGroups) Family(name string) (string, error) {
	if family, isDefault := strings.CutPrefix(name, "default."); isDefault || name == "" {
		return family, nil
	}
	group, err := g.Get(name)
	return group.Family, err
}

// Delete forgets a group that nothing uses.
func (g ParameterGroups) Delete(ctx context.Context, r aws.Resource) error {
	if err := g.refuse(r); err != nil {
		return err
	}
	return g.Records.Delete(ctx, r)
}

// SubnetGroup is aws:elasticache/subnetGroup:SubnetGroup and
// aws:rds/subnetGroup:SubnetGroup.
type SubnetGroup struct {
	SubnetIDs []string `json:"subnetIds"`
}

// SubnetGroups implements Service[SubnetGroup].
type SubnetGroups struct {
	*aws.Records[SubnetGroup]
	*use
	network *ec2.Network
}

// NewSubnetGroups returns none yet; their subnets are the network's. One that is in use is
// not deleted: inUse is AWS's error, in whose message %s is the group's name.
func NewSubnetGroups(n *ec2.Network, inUse aws.Error) SubnetGroups {
	return SubnetGroups{aws.NewRecords[SubnetGroup]("subnet group"), &use{inUse: inUse}, n}
}

// Delete forgets a group that nothing uses.
func (g SubnetGroups) Delete(ctx context.Context, r aws.Resource) error {
	if err := g.refuse(r); err != nil {
		return err
	}
	return g.Records.Delete(ctx, r)
}

// Placement returns where the nodes of the named group may be put.
func (g SubnetGroups) Placement(name string) (ec2.Placement, error) {
	group, err := g.Get(name)
	if err != nil {
		return ec2.Placement{}, err
	}
	where, err := g.network.Placement(group.SubnetIDs)
	if err != nil {
		return ec2.Placement{}, fmt.Errorf("subnet group %s: %w", name, err)
	}
	return where, nil
}

// use says which groups of a kind are in use.
type use struct {
	inUse aws.Error
	names func() []string // those that stores name
}

// refuse returns AWS's error if a group is in use.
func (u *use) refuse(r aws.Resource) error {
	for _, name := range u.names() {
		if name == r.Name {
			return aws.Error{Code: u.inUse.Code, Message: fmt.Sprintf(u.inUse.Message, r.Name)}
		}
	}
	return nil
}
