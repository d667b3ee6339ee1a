package datastore

import (
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
	Parameters []Parameter `json:"parameters"`
}

// ParameterGroups implements Service[ParameterGroup].
type ParameterGroups struct{ *aws.Records[ParameterGroup] }

// NewParameterGroups returns none yet.
func NewParameterGroups() ParameterGroups {
	return ParameterGroups{aws.NewRecords[ParameterGroup]("parameter group")}
}

// Parameters returns those of the named group; AWS's default groups have none.
func (g ParameterGroups) Parameters(name string) ([]Parameter, error) {
	if name == "" || strings.HasPrefix(name, "default.") {
		return nil, nil
	}
	group, err := g.Get(name)
	return group.Parameters, err
}

// SubnetGroup is aws:elasticache/subnetGroup:SubnetGroup and
// aws:rds/subnetGroup:SubnetGroup.
type SubnetGroup struct {
	SubnetIDs []string `json:"subnetIds"`
}

// SubnetGroups implements Service[SubnetGroup].
type SubnetGroups struct {
	*aws.Records[SubnetGroup]
	network *ec2.Network
}

// NewSubnetGroups returns none yet; their subnets are the network's.
func NewSubnetGroups(n *ec2.Network) SubnetGroups {
	return SubnetGroups{aws.NewRecords[SubnetGroup]("subnet group"), n}
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
