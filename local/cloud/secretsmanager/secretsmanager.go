// Package secretsmanager is AWS Secrets Manager: secrets, their versions, and the call by
// which instances read them.
package secretsmanager

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
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
// its own; the one that was created last is current.
type Versions struct {
	secrets  *Secrets
	policies *iam.IAM

	mu       sync.RWMutex
	versions []secretVersion // oldest first
}

// NewVersions returns no versions yet. The policies say who may read which secret.
func NewVersions(secrets *Secrets, policies *iam.IAM) *Versions {
	return &Versions{secrets: secrets, policies: policies}
}

type secretVersion struct {
	resource aws.Resource
	secret   aws.Resource
	value    string
	created  time.Time
}

// Create makes a version the current one.
func (s *Versions) Create(_ context.Context, r aws.Resource, spec SecretVersion) (aws.Outputs, error) {
	secret, ok := s.secrets.Find(spec.SecretID)
	if !ok {
		return nil, fmt.Errorf("secret version %s: no secret %q", r.Name, spec.SecretID)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.versions = append(s.versions, secretVersion{r, secret.Resource, spec.SecretString, time.Now()})
	return aws.Outputs{"arn": secret.ARN, "versionId": versionID(r)}, nil
}

// Update replaces a version.
func (s *Versions) Update(ctx context.Context, r aws.Resource, spec SecretVersion) (aws.Outputs, error) {
	if err := s.Delete(ctx, r); err != nil {
		return nil, err
	}
	return s.Create(ctx, r, spec)
}

// Delete removes a version; the one before is current again.
func (s *Versions) Delete(_ context.Context, r aws.Resource) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	kept := s.versions[:0]
	for _, v := range s.versions {
		if v.resource.ID != r.ID {
			kept = append(kept, v)
		}
	}
	clear(s.versions[len(kept):])
	s.versions = kept
	return nil
}

// versionID is the last part of the resource's ID, "<secret ARN>|<version>".
func versionID(r aws.Resource) string { return r.ID[strings.LastIndex(r.ID, "|")+1:] }

func (s *Versions) current(secret aws.Resource) (secretVersion, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	for i := len(s.versions) - 1; i >= 0; i-- {
		if v := s.versions[i]; v.secret.ID == secret.ID {
			return v, true
		}
	}
	return secretVersion{}, false
}

// Target is how the API's calls are named.
const Target = "secretsmanager."

// Call carries out a call of the API: GetSecretValue, the only one that instances need.
func (s *Versions) Call(by iam.Caller, operation string, r *http.Request) (any, error) {
	if operation != "GetSecretValue" {
		return nil, aws.Error{Code: "UnknownOperationException", Message: fmt.Sprintf("the local cloud has no %q", Target+operation)}
	}
	var input struct{ SecretId, VersionStage, VersionId string }
	if err := json.NewDecoder(r.Body).Decode(&input); err != nil {
		return nil, aws.Error{Code: "ValidationException", Message: "the request body is not JSON: " + err.Error()}
	}
	secret, ok := s.secrets.Find(input.SecretId)
	gone, marked := s.secrets.scheduled.Find(input.SecretId)
	resource := secret.ARN
	switch {
	case !ok && marked:
		resource = gone.ARN
	case !ok:
		resource = input.SecretId
	}
	// Who may not read a secret is not told whether it exists.
	if err := s.policies.Authorize(by, "secretsmanager:GetSecretValue", resource); err != nil {
		return nil, err
	}
	if !ok && marked {
		return nil, aws.Error{Code: "InvalidRequestException", Message: "You can't perform this operation on the secret because it was marked for deletion."}
	}
	version, has := s.current(secret.Resource)
	if !ok || !has || input.VersionStage != "" && input.VersionStage != "AWSCURRENT" ||
		input.VersionId != "" && input.VersionId != versionID(version.resource) {
		return nil, aws.Error{Code: "ResourceNotFoundException", Message: "Secrets Manager can't find the specified secret."}
	}
	return map[string]any{
		"ARN":           secret.ARN,
		"Name":          secret.Name,
		"VersionId":     versionID(version.resource),
		"VersionStages": []string{"AWSCURRENT"},
		"SecretString":  version.value,
		"CreatedDate":   float64(version.created.UnixMilli()) / 1000,
	}, nil
}
