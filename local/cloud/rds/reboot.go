package rds

import (
	"context"
	"syscall"
	"time"
)

// rebootTimeout is for a database with its read replicas and a new standby.
const rebootTimeout = 2 * copyTimeout

// reboot starts the database anew on its data, so that it reads what only a start puts
// into effect, and returns when it has everything that is declared. Its read replicas come
// first: one that took fewer connections than the primary could not follow it. The standby
// is made anew afterwards.
func (i *instance) reboot(ctx context.Context) error {
	declared, err := i.declaredConnections()
	if err != nil {
		return err
	}
	i.connections.Store(max(declared, i.connections.Load()))
	for _, replica := range i.service.Instances.replicasOf(i) {
		if err := replica.reboot(ctx); err != nil {
			return err
		}
	}
	err = i.Do(ctx, func() error {
		if i.standby != nil {
			i.dropStandby()
		}
		if i.making != nil {
			i.making.abort()
		}
		i.restart(i.primary)
		return nil
	})
	if err != nil {
		return err
	}
	return i.settle(ctx)
}

// beginReboot has the server restarted, with its read replicas before it where they could
// not follow it otherwise. Only the keeper may call it.
func (i *instance) beginReboot() error {
	declared, err := i.declaredConnections()
	if err != nil {
		return err
	}
	if declared <= i.connections.Load() {
		i.restart(i.primary)
		return nil
	}
	i.Beside(rebootTimeout, i.reboot, func(err error) {
		if err != nil {
			i.failed("reboot", err)
		}
	})
	return nil
}

// restart ends a server as it should be, and starts it again.
func (i *instance) restart(n *dbNode) {
	if !n.Up || n.busy {
		return // it is about to start anyway
	}
	n.Up, n.Lost = false, time.Now()
	p := n.Process
	n.begin(startTimeout, func(ctx context.Context) error {
		fast := syscall.SIGINT // clients are disconnected
		ctx, cancel := context.WithTimeout(ctx, stopTimeout)
		defer cancel()
		p.Stop(ctx, fast)
		return nil
	}, func(error) { i.start(n) })
}
