package cloud

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// shutdownGrace is how long a service may take to end after SIGTERM before it is
// killed, which it never needs: it has been drained before.
const shutdownGrace = 30 * time.Second

// instance is a machine of an Auto Scaling group. The process that its user data
// starts stands for it: when that ends, the machine is gone.
type instance struct {
	id       string
	eni      *networkInterface
	process  *process
	dir      string
	launched time.Time
}

func newInstanceID() string {
	random := make([]byte, 9)
	_, _ = rand.Read(random) // never fails
	return "i-" + hex.EncodeToString(random)[:17]
}

// launch boots an instance of a launch template in a subnet: it does what the user
// data says, and what the instance may: its role and its security groups decide.
func (c *Cloud) launch(id string, template LaunchTemplate, subnet string) (_ *instance, err error) {
	i := &instance{id: id, dir: c.path("instances", id), launched: time.Now()}
	defer func() {
		if err != nil {
			c.bury(i)
			err = fmt.Errorf("instance %s: %w", id, err)
		}
	}()
	if i.eni, err = c.network.attach(id, subnet, template.VPCSecurityGroupIDs); err != nil {
		return nil, err
	}
	boot, err := readUserData(template.UserData, map[string]string{
		"INSTANCE_ID":       id,
		"AVAILABILITY_ZONE": i.eni.zone,
		"PRIVATE_IP":        i.eni.local.String(),
	})
	if err != nil {
		return nil, err
	}
	profile := template.IAMInstanceProfile.name()
	object, err := c.fetchObject(i.eni, profile, boot.bucket, boot.key)
	if err != nil {
		return nil, err
	}
	program := filepath.Join(i.dir, "cart")
	if err := install(object, program, boot.sha256); err != nil {
		return nil, err
	}
	i.process, err = c.processes.start(command{
		path: program,
		env:  append(boot.environment, c.instanceEnvironment(i.eni, id, profile)...),
		dir:  i.dir,
		log:  c.logPath(id),
	})
	return i, err
}

// terminate shuts the instance down, within the grace or until ctx ends.
func (c *Cloud) terminate(ctx context.Context, i *instance) {
	ctx, cancel := context.WithTimeout(ctx, shutdownGrace)
	defer cancel()
	if i.process.running() {
		i.process.stop(ctx, syscall.SIGTERM)
	}
	c.bury(i)
}

// bury removes what an instance without a process leaves, but for its log.
func (c *Cloud) bury(i *instance) {
	c.forgetInstance(i.id)
	c.network.detach(i.eni)
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

// install puts a release where it is run, if it is the one that is meant. It is a
// hard link, so that all instances of a release share its pages in memory.
func install(object, program, sum string) error {
	in, err := os.Open(object)
	if err != nil {
		return err
	}
	defer in.Close()
	hash := sha256.New()
	if _, err := io.Copy(hash, in); err != nil {
		return fmt.Errorf("install the release: %w", err)
	}
	if actual := hex.EncodeToString(hash.Sum(nil)); actual != sum {
		return fmt.Errorf("install the release: its sha256 is %s, the user data says %s", actual, sum)
	}
	return errors.Join(
		os.MkdirAll(filepath.Dir(program), 0o755),
		os.Link(object, program),
		os.Chmod(program, 0o755))
}
