// Package secretsmanager is AWS Secrets Manager: secrets, their versions and labels, and the
// calls by which instances read them and operators rotate them.
package secretsmanager

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"myclothes/local/cloud/aws"
	"myclothes/local/cloud/iam"
)

// SecretVersion is aws:secretsmanager/secretVersion:SecretVersion.
type SecretVersion struct {
	SecretID     string `json:"secretId"` // the secret's ARN or name
	SecretString string `json:"secretString"`
}

// Versions implements Service[SecretVersion]. Every version is a resource of
// its own, unless it was put by an operator; the one that was created last is current
// until its label is moved.
type Versions struct {
	secrets  *Secrets
	policies *iam.IAM

	mu       sync.RWMutex
	versions []*version // oldest first
}

// NewVersions returns no versions yet. The policies say who may read which secret.
func NewVersions(secrets *Secrets, policies *iam.IAM) *Versions {
	return &Versions{secrets: secrets, policies: policies}
}

// Create makes a version the current one.
func (s *Versions) Create(_ context.Context, r aws.Resource, spec SecretVersion) (aws.Outputs, error) {
	secret, ok := s.secrets.Find(spec.SecretID)
	if !ok {
		return nil, fmt.Errorf("secret version %s: no secret %q", r.Name, spec.SecretID)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	id := versionID(r)
	s.add(&version{resource: r.ID, id: id, secret: secret.ID, value: spec.SecretString, created: time.Now()}, current)
	return aws.Outputs{"arn": secret.ARN, "versionId": id}, nil
}

// Update replaces a version.
func (s *Versions) Update(ctx context.Context, r aws.Resource, spec SecretVersion) (aws.Outputs, error) {
	if err := s.Delete(ctx, r); err != nil {
		return nil, err
	}
	return s.Create(ctx, r, spec)
}

// Delete removes a version; of those that are left, the last one is current again.
func (s *Versions) Delete(_ context.Context, r aws.Resource) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.versions, func(v *version) bool { return v.resource == r.ID })
	if i < 0 {
		return nil
	}
	removed := s.versions[i]
	s.versions = slices.Delete(s.versions, i, i+1)
	if left := s.of(removed.secret); removed.has(current) && len(left) > 0 {
		s.label(left[len(left)-1], current)
	}
	return nil
}

// versionID is the last part of the resource's ID, "<secret ARN>|<version>".
func versionID(r aws.Resource) string { return r.ID[strings.LastIndex(r.ID, "|")+1:] }
