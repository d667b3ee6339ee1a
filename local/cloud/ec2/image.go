package ec2

import (
	"context"
	"net/netip"

	"myclothes/local/cloud/ec2/systemd"
)

// Image is what instances boot here, in the place of the declared machine image.
type Image struct {
	Kind string // what status calls an instance
	Boot Boot
}

// Boot does what an instance's user data would do on AWS and returns the service that
// the instance runs. Log, folder and what the platform adds to the environment are set by
// the caller.
type Boot func(ctx context.Context, m Machine) (systemd.Unit, error)

// Machine is an instance as it boots.
type Machine struct {
	ID       string
	Zone     string
	Address  netip.Addr // the one of this machine that stands for its private address
	UserData string     // decoded
	Dir      string     // its own folder, which goes when it is terminated; not made yet
	// Fetch returns the path of an S3 object's file, if the instance's security groups
	// and its role let it have the object.
	Fetch func(bucket, key string) (path string, err error)
}
