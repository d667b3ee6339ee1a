package ec2

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	"myclothes/local/cloud/ec2/systemd"
	"myclothes/local/cloud/host"
)

// shutdownGrace is how long a service may take to end after SIGTERM before it is
// killed, which it never needs: it has been drained before.
const shutdownGrace = 30 * time.Second

// Platform is what AWS gives to an instance with a profile.
type Platform interface {
	// Environment returns variables with credentials, and with the way to the APIs.
	Environment(i *Interface, instanceID, profile string) []string
	// Forget takes the credentials back.
	Forget(instanceID string)
	// Fetch returns the path of an S3 object's file.
	Fetch(i *Interface, profile, bucket, key string) (string, error)
}

// Instances launches and terminates instances.
type Instances struct {
	image    Image
	host     *host.Host
	network  *Network
	platform Platform

	mu   sync.Mutex
	live map[string]*Instance // by id
}

// NewInstances launches instances that boot image.
func NewInstances(h *host.Host, n *Network, p Platform, image Image) *Instances {
	return &Instances{image: image, host: h, network: n, platform: p, live: map[string]*Instance{}}
}

// Kind is what status calls an instance.
func (s *Instances) Kind() string { return s.image.Kind }

// Instance is a machine of an Auto Scaling group, and the service that its user data has
// systemd keep. Either may end: the service's process ends, is started again after a
// moment, and the machine is what it was; or the machine is lost, and the service hangs.
type Instance struct {
	ID        string
	Interface *Interface
	Launched  time.Time
	template  LaunchTemplate // what it was launched from
	dir       string
	service   *systemd.Service
	loss      loss
	gauge     gauge
}

// NewInstanceID returns an id that no instance has.
func NewInstanceID() string {
	random := make([]byte, 9)
	_, _ = rand.Read(random) // never fails
	return "i-" + hex.EncodeToString(random)[:17]
}

// Launch boots an instance of a launch template in a subnet: it does what the user
// data says, and what the instance may: its role and its security groups decide.
func (s *Instances) Launch(ctx context.Context, id string, template LaunchTemplate, subnet string) (_ *Instance, err error) {
	i := &Instance{ID: id, dir: s.host.Path("instances", id), Launched: time.Now(), template: template}
	defer func() {
		if err != nil {
			s.bury(i)
			err = fmt.Errorf("instance %s: %w", id, err)
		}
	}()
	if s.image.Boot == nil {
		return nil, errors.New("this local cloud was opened without an image to boot")
	}
	if i.Interface, err = s.network.AttachInstance(id, subnet, template.VPCSecurityGroupIDs); err != nil {
		return nil, err
	}
	userData, err := base64.StdEncoding.DecodeString(template.UserData)
	if err != nil {
		return nil, fmt.Errorf("user data: not base64: %w", err)
	}
	profile := template.IAMInstanceProfile.name()
	unit, err := s.image.Boot(ctx, Machine{
		ID: id, Zone: i.Interface.Zone, Address: i.Interface.Local, UserData: string(userData), Dir: i.dir,
		Fetch: func(bucket, key string) (string, error) { return s.platform.Fetch(i.Interface, profile, bucket, key) },
	})
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(i.dir, 0o755); err != nil {
		return nil, err
	}
	unit.Dir, unit.Log = i.dir, s.host.LogPath(id)
	unit.Env = append(unit.Env, s.platform.Environment(i.Interface, id, profile)...)
	if i.service, err = systemd.Start(s.host.Processes, unit); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.live[id] = i
	return i, nil
}

// Terminate shuts the instance down, within the grace or until ctx ends. One whose machine
// is lost is given no time.
func (s *Instances) Terminate(ctx context.Context, i *Instance) {
	s.mu.Lock()
	delete(s.live, i.ID)
	s.mu.Unlock()
	i.endChecks()
	if i.Lost() {
		i.service.Kill()
	} else {
		ctx, cancel := context.WithTimeout(ctx, shutdownGrace)
		defer cancel()
		i.service.Stop(ctx)
	}
	s.bury(i)
}

// bury removes what an instance without a process leaves, but for its log.
func (s *Instances) bury(i *Instance) {
	s.platform.Forget(i.ID)
	s.network.lost.set(i.Interface, false)
	s.network.Detach(i.Interface)
	_ = os.RemoveAll(i.dir)
}

// Watch has a function told whenever something about the instance changes: its service
// ends or starts, or its status checks fail.
func (i *Instance) Watch(changed func()) {
	i.service.Watch(changed)
	changed()
}

// Running says whether the instance's service runs. One that hangs does.
func (i *Instance) Running() bool { return i.service.Last().Running() }

// Ends is how often the service has ended.
func (i *Instance) Ends() int {
	return i.service.Ends()
}

// PID is the number of the service's process, 0 while none runs.
func (i *Instance) PID() int {
	if process := i.service.Last(); process.Running() {
		return process.PID()
	}
	return 0
}

// Log is the path of the service's log.
func (i *Instance) Log() string { return i.service.Log() }

// Failure describes why the instance did not come up, with the end of its log: for a
// cause, if its service runs, and otherwise because that ended.
func (i *Instance) Failure(cause error) error { return i.service.Failure("instance "+i.ID, cause) }

// name returns the profile's name; an ARN ends with it.
func (p *InstanceProfileRef) name() string {
	switch {
	case p == nil:
		return ""
	case p.Name != "":
		return p.Name
	}
	return p.ARN[strings.LastIndex(p.ARN, "/")+1:]
}
