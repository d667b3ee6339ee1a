package rds

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"myclothes/local/cloud/aws"
)

// change changes the running database from one declaration to the next.
func (i *instance) change(ctx context.Context, before, spec Instance) error {
	if spec.Port != before.Port {
		return errors.New("port does not change on a running database here: down and up again")
	}
	i.endpoint.SetGroups(spec.VPCSecurityGroupIDs)
	if i.source == nil && spec.Password != before.Password {
		if err := i.administer(ctx, `alter role %1$I password %2$L`); err != nil {
			return err
		}
	}
	if err := i.applyParameters(ctx); err != nil {
		return err
	}
	if spec.InstanceClass != before.InstanceClass || spec.EngineVersion != before.EngineVersion {
		return i.reboot(ctx)
	}
	return i.settle(ctx)
}

// ApplyParameters lets all nodes read the parameters again. Static ones wait for a
// restart, as on RDS.
func (i *instance) ApplyParameters(ctx context.Context) error {
	return i.Alone(func() error { return i.applyParameters(ctx) })
}

func (i *instance) applyParameters(ctx context.Context) error {
	var running []*dbNode
	configure := func() error {
		for _, node := range i.nodes() {
			if !node.Up {
				continue // it reads them when it starts
			}
			if err := node.configure(); err != nil {
				return err
			}
			running = append(running, node)
		}
		return i.writeAccess()
	}
	if err := i.Do(ctx, configure); err != nil {
		return err
	}
	for _, node := range running {
		if err := node.checkParameters(ctx); err != nil {
			return err
		}
	}
	return i.Do(ctx, func() error {
		var problems []error
		for _, node := range running {
			problems = append(problems, node.reload())
		}
		return errors.Join(problems...)
	})
}

// checkParameters asks the server whether it would take the configuration that is
// written: with one bad value it would ignore all of it. What is static waits for a
// restart, and so does its being bad, as on RDS.
func (n *dbNode) checkParameters(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	var s session
	defer s.close()
	if err := s.open(ctx, n); err != nil {
		return err
	}
	var problem *string
	err := s.conn.QueryRow(ctx, `select string_agg(name || ' = ' || setting || ': ' || error, '; ')
		from pg_file_settings where not applied and error is not null
		and name not in (select name from pg_settings where context = 'postmaster')`).Scan(&problem)
	if err != nil || problem == nil {
		return err
	}
	return fmt.Errorf("parameter group %s: %s", n.instance.Spec().ParameterGroupName, *problem)
}

// show says how the nodes are.
func (i *instance) show() []aws.Component {
	components := make([]aws.Component, 0, 2)
	for _, node := range i.nodes() {
		components = append(components, node.component())
	}
	return components
}

func (n *dbNode) component() aws.Component {
	i := n.instance
	c := aws.Component{
		Kind:    "database primary",
		Address: i.endpoint.String(),
		State:   "available",
		Healthy: n.Up && n.Alive() && !n.lost(),
		Log:     n.log(),
		Note:    n.note(),
	}
	switch {
	case n == i.standby:
		c.Kind, c.Address = "database standby", n.Address.String()
	case i.source != nil:
		c.Kind = "read replica"
	}
	switch {
	case !n.Up && n == i.primary && i.standby != nil && i.standby.inSync:
		c.State = "failing over: it is lost"
	case !n.Up:
		c.State = "restarting: it is lost"
	case n.lost():
		c.State = "replacing: it does not follow the primary"
	case n == i.primary && i.source == nil && i.Spec().MultiAZ && i.standby == nil:
		c.State = "available: a new standby is being made"
	}
	return n.Describe(c)
}

func (n *dbNode) note() string {
	i := n.instance
	note := fmt.Sprintf("declared %s %s, runs PostgreSQL %s", i.Spec().Engine, i.Spec().EngineVersion, i.postgres.Version)
	if _, ignored, _ := i.parameters(); len(ignored) > 0 {
		note += "; parameters without effect here: " + strings.Join(ignored, ", ")
	}
	if waiting := i.Pending(); len(waiting) > 0 {
		note += "; waits for the maintenance window (make maintenance): " + strings.Join(waiting, ", ")
	}
	if i.source != nil && i.Spec().MultiAZ {
		note += "; a read replica has no standby here"
	}
	return note
}
