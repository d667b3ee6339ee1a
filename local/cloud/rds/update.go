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
	if err := i.ApplyParameters(ctx); err != nil {
		return err
	}
	if i.source != nil || spec.MultiAZ == before.MultiAZ {
		return nil
	}
	return i.changeMultiAZ(ctx)
}

func (i *instance) changeMultiAZ(ctx context.Context) error {
	if i.Spec().MultiAZ {
		return i.keepStandby(ctx)
	}
	if i.standby == nil {
		return nil
	}
	if err := i.primary.waitFor(ctx, nil); err != nil {
		return err
	}
	i.standby.remove()
	i.standby = nil
	return nil
}

// ApplyParameters lets all nodes read the parameters again. Static ones wait for a
// restart, as on RDS.
func (i *instance) ApplyParameters(ctx context.Context) error {
	if err := i.writeAccess(); err != nil {
		return err
	}
	for _, node := range i.nodes() {
		if !node.Alive() {
			continue // it reads them when it starts
		}
		if err := node.configure(); err != nil {
			return err
		}
		if err := node.checkParameters(ctx); err != nil {
			return err
		}
		if err := node.reconfigure(); err != nil {
			return err
		}
	}
	i.Publish()
	return nil
}

// checkParameters asks the server whether it would take the configuration that is
// written: with one bad value it would ignore all of it.
func (n *dbNode) checkParameters(ctx context.Context) error {
	var problem *string
	err := n.ask(ctx, &problem, `select string_agg(name || ' = ' || setting || ': ' || error, '; ')
		from pg_file_settings where not applied and error not like '%restart%'`)
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
		Healthy: n.Alive() && !n.lost(),
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
	case !n.Alive():
		c.State = "restarting: its process ended"
	case n.lost():
		c.State = "replacing: it does not follow the primary"
	case n == i.primary && i.source == nil && i.Spec().MultiAZ && i.standby == nil:
		c.State = "available: a new standby is being made"
	}
	return n.Describe(c)
}

func (n *dbNode) note() string {
	i := n.instance
	note := fmt.Sprintf("declared %s %s, runs PostgreSQL %s", i.Spec().Engine, i.Spec().EngineVersion, i.postgres.version)
	if _, ignored, _ := i.parameters(); len(ignored) > 0 {
		note += "; parameters without effect here: " + strings.Join(ignored, ", ")
	}
	if i.source != nil && i.Spec().MultiAZ {
		note += "; a read replica has no standby here"
	}
	return note
}
