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
		d := Described{Resource: i.resource, Declared: i.Spec(), Version: i.postgres.version, Address: i.endpoint.Host()}
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

// Reboot ends a database's server, as reboot-db-instance does, and returns at once: the
// keeper notices, and starts it again or, with failover, makes its standby the primary. A
// database that has a standby is rebooted with failover only: without, its keeper would
// take the reboot for a loss. Other errors are AWS's:
// https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_RebootDBInstance.html
func (s *Instances) Reboot(ctx context.Context, identifier string, failover bool) error {
	all := s.All()
	n := slices.IndexFunc(all, func(i *instance) bool { return i.identifier() == identifier })
	if n < 0 {
		return aws.Error{Code: "DBInstanceNotFound", Message: fmt.Sprintf("DBInstance %s not found.", identifier)}
	}
	i := all[n]
	return i.Do(ctx, func(context.Context) error {
		switch {
		case failover && !i.Spec().MultiAZ:
			return aws.Error{Code: "InvalidParameterCombination", Message: "You can't force a failover of a DB instance that is not configured for Multi-AZ."}
		case !failover && i.standby != nil:
			return aws.Error{Code: "InvalidParameterCombination", Message: "The local cloud reboots a Multi-AZ DB instance with ForceFailover only."}
		case !i.primary.Alive() || failover && (i.standby == nil || !i.standby.Alive() || !i.standby.inSync):
			return aws.Error{Code: "InvalidDBInstanceState", Message: fmt.Sprintf("Instance %s is not in available state.", identifier)}
		}
		i.primary.halt()
		return nil
	})
}
