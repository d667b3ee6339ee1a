package rds

import (
	"context"
)

// look repairs what is not well.
func (i *instance) look(ctx context.Context) {
	for _, node := range i.nodes() {
		node.check(ctx)
	}
	defer i.Publish()
	if i.source != nil {
		i.lookAfterReplica(ctx)
		return
	}
	var err error
	if !i.primary.Alive() {
		err = i.replacePrimary(ctx)
	}
	if err == nil {
		err = i.keepStandby(ctx)
	}
	if err != nil && ctx.Err() == nil {
		i.service.host.Log.Error("database is not whole yet", "database", i.identifier(), "error", err)
	}
}

// replacePrimary makes the standby the primary, which has every acknowledged write.
// Without one, the primary is started again with its data.
func (i *instance) replacePrimary(ctx context.Context) error {
	i.service.host.Log.Warn("database primary is down", "database", i.identifier(), "zone", i.primary.Zone)
	i.endpoint.Move()
	i.internal.Move()
	if i.standby == nil || !i.standby.Alive() || !i.standby.inSync {
		i.Publish()
		if err := i.primary.start(ctx); err != nil {
			return err
		}
		i.Watch(i.primary.Process)
		i.route()
		return nil
	}
	if err := i.standby.promote(ctx); err != nil {
		return err
	}
	i.timeline.Add(1)
	dead := i.primary
	i.primary, i.standby = i.standby, nil
	i.route()
	i.service.host.Log.Warn("database standby promoted", "database", i.identifier(), "zone", i.primary.Zone)
	dead.remove()
	return nil
}

// keepStandby replaces a standby that ended or lost its connection. Commits do not
// wait for it meanwhile.
func (i *instance) keepStandby(ctx context.Context) error {
	if i.standby != nil && i.standby.Alive() && !i.standby.lost() {
		return nil
	}
	if i.standby != nil {
		i.service.host.Log.Warn("database standby is down", "database", i.identifier(), "zone", i.standby.Zone)
		if err := i.primary.waitFor(ctx, nil); err != nil {
			return err
		}
		i.standby.remove()
		i.standby = nil
	}
	if !i.Spec().MultiAZ {
		return nil
	}
	i.Publish()
	if err := i.startStandby(ctx); err != nil {
		return err
	}
	i.Watch(i.standby.Process)
	return nil
}

// lookAfterReplica starts a read replica that ended again, and copies the source
// anew when it cannot follow any more.
func (i *instance) lookAfterReplica(ctx context.Context) {
	if i.primary.Alive() && !i.primary.lost() {
		return
	}
	i.endpoint.Move()
	i.Publish()
	var err error
	switch {
	case !i.primary.Alive() && !i.primary.broken:
		err = i.primary.start(ctx)
		i.primary.broken = err != nil
	case i.source.internal.Leads():
		i.service.host.Log.Warn("read replica is copied anew", "database", i.identifier())
		i.primary.discard()
		err = i.primary.replicate(ctx, i.source.internal)
	default:
		return // until the source is there
	}
	if err != nil {
		i.service.host.Log.Error("read replica did not come back", "database", i.identifier(), "error", err)
		return
	}
	i.Watch(i.primary.Process)
	i.route()
}

// route points the endpoints at the primary. It says how the nodes are before anybody is
// led to them.
func (i *instance) route() {
	i.Publish()
	i.endpoint.Move(i.primary.Address)
	i.internal.Move(i.primary.Address)
}
