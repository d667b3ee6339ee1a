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
	"syscall"
	"time"

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
}

// NewInstances launches instances that boot image.
func NewInstances(h *host.Host, n *Network, p Platform, image Image) *Instances {
	return &Instances{image: image, host: h, network: n, platform: p}
}

// Kind is what status calls an instance.
func (s *Instances) Kind() string { return s.image.Kind }

// Instance is a machine of an Auto Scaling group. The process that its user data
// starts stands for it: when that ends, the machine is gone.
type Instance struct {
	ID        string
	Interface *Interface
	Process   *host.Process
	dir       string
	Launched  time.Time
	template  LaunchTemplate
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
	if i.Interface, err = s.network.Attach(id, subnet, template.VPCSecurityGroupIDs); err != nil {
		return nil, err
	}
	userData, err := base64.StdEncoding.DecodeString(template.UserData)
	if err != nil {
		return nil, fmt.Errorf("user data: not base64: %w", err)
	}
	profile := template.IAMInstanceProfile.name()
	c, err := s.image.Boot(ctx, Machine{
		ID: id, Zone: i.Interface.Zone, Address: i.Interface.Local, UserData: string(userData), Dir: i.dir,
		Fetch: func(bucket, key string) (string, error) { return s.platform.Fetch(i.Interface, profile, bucket, key) },
	})
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(i.dir, 0o755); err != nil {
		return nil, err
	}
	c.Dir, c.Log = i.dir, s.host.LogPath(id)
	c.Env = append(c.Env, s.platform.Environment(i.Interface, id, profile)...)
	i.Process, err = s.host.Processes.Start(c)
	return i, err
}

// Terminate shuts the instance down, within the grace or until ctx ends.
func (s *Instances) Terminate(ctx context.Context, i *Instance) {
	ctx, cancel := context.WithTimeout(ctx, shutdownGrace)
	defer cancel()
	if i.Process.Running() {
		i.Process.Stop(ctx, syscall.SIGTERM)
	}
	s.bury(i)
}

// bury removes what an instance without a process leaves, but for its log.
func (s *Instances) bury(i *Instance) {
	s.platform.Forget(i.ID)
	s.network.Detach(i.Interface)
	_ = os.RemoveAll(i.dir)
}

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
