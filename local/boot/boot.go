// Package boot boots the cart service in the local cloud: it does what the declared user
// data would make of a machine on AWS.
package boot

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"myclothes/local/cloud/ec2"
	"myclothes/local/cloud/ec2/systemd"
	"myclothes/local/cloud/host"
)

// CartInstance is the image of the project: an instance runs one process of the cart
// service.
var CartInstance = ec2.Image{Kind: "cart instance", Boot: boot}

// boot fetches the release that the user data names, verifies it, and returns the service
// that runs it, with the environment that the user data writes.
func boot(_ context.Context, m ec2.Machine) (systemd.Unit, error) {
	script, err := readUserData(m.UserData, map[string]string{
		"INSTANCE_ID":       m.ID,
		"AVAILABILITY_ZONE": m.Zone,
		"PRIVATE_IP":        m.Address.String(),
	})
	if err != nil {
		return systemd.Unit{}, err
	}
	object, err := m.Fetch(script.bucket, script.key)
	if err != nil {
		return systemd.Unit{}, err
	}
	program := filepath.Join(m.Dir, "cart")
	if err := install(object, program, script.sha256); err != nil {
		return systemd.Unit{}, err
	}
	unit := script.unit
	unit.Command = host.Command{Path: program, Env: script.environment}
	return unit, nil
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
