package rds

import (
	"context"
	"fmt"
	"slices"

	"myclothes/local/cloud/aws"
)

// Described is a database as operators see it.
type Described struct {
	aws.Resource
	Declared      Instance
	Version       string // of the PostgreSQL that runs
	Address       string // of the endpoint
	Zone          string // the primary's
	StandbyZone   string // "" while there is no standby
	ReplicationOf string // identifier of what a read replica follows
	ReadReplicas  []string
	Healthy       bool // the primary is
}

// Describe lists the databases.
func (s *Instances) Describe() []Described {
	var all []Described
	for _, i := range s.All() {
		d := Described{Resource: i.resource, Declared: i.Spec(), Version: i.postgres.Version, Address: i.endpoint.Host()}
		for n, c := range i.Components() {
			if n == 0 {
				d.Zone, d.Healthy = c.Zone, c.Healthy
			} else {
				d.StandbyZone = c.Zone
			}
		}
		if i.source != nil {
			d.ReplicationOf = i.source.identifier()
		}
		for _, replica := range s.replicasOf(i) {
			d.ReadReplicas = append(d.ReadReplicas, replica.identifier())
		}
		all = append(all, d)
	}
	return all
}

// Reboot restarts a database's server or, with failover, ends it and makes its standby the
// primary, as reboot-db-instance does. It returns at once. Errors are AWS's:
// https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_RebootDBInstance.html
func (s *Instances) Reboot(ctx context.Context, identifier string, failover bool) error {
	all := s.All()
	n := slices.IndexFunc(all, func(i *instance) bool { return i.identifier() == identifier })
	if n < 0 {
		return aws.Error{Code: "DBInstanceNotFound", Message: fmt.Sprintf("DBInstance %s not found.", identifier)}
	}
	i := all[n]
	return i.Do(ctx, func() error {
		switch {
		case failover && !i.Spec().MultiAZ:
			return aws.Error{Code: "InvalidParameterCombination", Message: "You can't force a failover of a DB instance that is not configured for Multi-AZ."}
		case !i.primary.Up || failover && (i.standby == nil || !i.standby.Up || !i.standby.inSync):
			return aws.Error{Code: "InvalidDBInstanceState", Message: fmt.Sprintf("Instance %s is not in available state.", identifier)}
		}
		if !failover {
			return i.beginReboot()
		}
		i.primary.GiveUp() // nobody has to detect it
		i.primary.tellLost("it is rebooted with failover")
		return nil
	})
}
