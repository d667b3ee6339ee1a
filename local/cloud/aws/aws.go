// Package aws holds the words that all services of the local cloud share: what a
// resource is and a service, what runs, and how an API's errors look.
package aws

import (
	"context"
	"time"
)

// AccountID is the AWS account that the local cloud stands in for.
const AccountID = "000000000000"

// Resource names one declared resource.
type Resource struct {
	ID   string // the Pulumi id, in AWS's form: sg-0a1b…, an ARN, or a name
	Name string // the physical name: as declared, or the logical name and a random suffix
	ARN  string
}

// Outputs are the properties of a resource that AWS computes, by their Pulumi
// names. They are laid over the inputs.
type Outputs map[string]any

// Service stands in for the AWS service that makes resources declared as S.
// Create and Update return when the resource is usable, and their errors say
// which part did not come up, why, and how its log ends.
type Service[S any] interface {
	Create(ctx context.Context, r Resource, spec S) (Outputs, error)
	Update(ctx context.Context, r Resource, spec S) (Outputs, error)
	// Delete stops what Create started. A resource that is not there is no error.
	Delete(ctx context.Context, r Resource) error
}

// Component is one thing that runs, as `status` lists it.
type Component struct {
	Kind    string    `json:"kind"` // "load balancer", "cache primary", …
	ID      string    `json:"id"`
	Zone    string    `json:"zone"`
	Address string    `json:"address"` // where it can be reached on this machine
	State   string    `json:"state"`   // one word, then why if it is not well: "unhealthy: 503 from /healthz"
	Healthy bool      `json:"healthy"`
	Since   time.Time `json:"since"` // when it entered that state
	PID     int       `json:"pid,omitempty"`
	Log     string    `json:"log,omitempty"` // path
	Note    string    `json:"note,omitempty"`
}
