package ec2

import (
	"fmt"
	"sync"
	"time"

	"myclothes/local/cloud/aws"
)

// Lose makes the machine of an instance go away without a word, as when its host fails:
// its service hangs, what is connected to it stays connected and silent, and connections
// to it neither come about nor are refused. After a while its EC2 status checks fail.
//
// A program that dials the instance by its loopback address, past the network, sees a
// difference: it is connected, and gets no answer.
func (s *Instances) Lose(id string) error {
	s.mu.Lock()
	i, runs := s.live[id]
	s.mu.Unlock()
	if !runs {
		return fmt.Errorf("no instance %q runs", id)
	}
	s.network.lost.set(i.Interface, true)
	if i.loss.begin(s.host.Timings.Of(aws.StatusChecks), i.service.Tell) {
		i.service.Freeze()
		s.host.Events.Add(aws.InstanceLost, id, i.Interface.Zone, "")
	}
	return nil
}

// loss is how far the loss of a machine is. The zero value is a machine that is there.
type loss struct {
	mu       sync.Mutex
	lost     bool
	impaired bool
	checks   *time.Timer
}

// begin says whether the machine was there until now. The status checks fail after a
// time, and changed is told then.
func (l *loss) begin(detection time.Duration, changed func()) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.lost {
		return false
	}
	l.lost = true
	l.checks = time.AfterFunc(detection, func() {
		l.mu.Lock()
		l.impaired = true
		l.mu.Unlock()
		changed()
	})
	return true
}

// Lost says whether the instance's machine is lost, whether that is known or not.
func (i *Instance) Lost() bool {
	i.loss.mu.Lock()
	defer i.loss.mu.Unlock()
	return i.loss.lost
}

// Impaired says whether the instance's EC2 status checks fail.
func (i *Instance) Impaired() bool {
	i.loss.mu.Lock()
	defer i.loss.mu.Unlock()
	return i.loss.impaired
}

func (i *Instance) endChecks() {
	i.loss.mu.Lock()
	defer i.loss.mu.Unlock()
	if i.loss.checks != nil {
		i.loss.checks.Stop()
	}
}

// lostMachines are the interfaces at which nothing answers. The zero value has none.
type lostMachines struct {
	mu         sync.Mutex
	interfaces map[*Interface]bool
}

func (l *lostMachines) set(i *Interface, lost bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.interfaces == nil {
		l.interfaces = map[*Interface]bool{}
	}
	if lost {
		l.interfaces[i] = true
	} else {
		delete(l.interfaces, i)
	}
}

// Lost says whether nothing answers at an interface, nor refuses, because its machine is
// lost.
func (n *Network) Lost(i *Interface) bool {
	n.lost.mu.Lock()
	defer n.lost.mu.Unlock()
	return n.lost.interfaces[i]
}

// Timings say how long what takes time on AWS takes in this network.
func (n *Network) Timings() aws.Timings { return n.host.Timings }
