package cloud

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"time"
)

// Secret is aws:secretsmanager/secret:Secret. Its ID is its ARN.
type Secret struct{}

// SecretVersion is aws:secretsmanager/secretVersion:SecretVersion.
type SecretVersion struct {
	SecretID     string `json:"secretId"` // the secret's ARN or name
	SecretString string `json:"secretString"`
}

// secretVersions implements Service[SecretVersion]. Every version is a resource of
// its own; the one that was created last is current.
type secretVersions struct {
	secrets *records[Secret]

	mu       sync.RWMutex
	versions []secretVersion // oldest first
}

type secretVersion struct {
	resource Resource
	secret   Resource
	value    string
	created  time.Time
}

func (s *secretVersions) Create(_ context.Context, r Resource, spec SecretVersion) (Outputs, error) {
	secret, ok := s.secrets.find(spec.SecretID)
	if !ok {
		return nil, fmt.Errorf("secret version %s: no secret %q", r.Name, spec.SecretID)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.versions = append(s.versions, secretVersion{r, secret.Resource, spec.SecretString, time.Now()})
	return Outputs{"arn": secret.ARN, "versionId": versionID(r)}, nil
}

func (s *secretVersions) Update(ctx context.Context, r Resource, spec SecretVersion) (Outputs, error) {
	if err := s.Delete(ctx, r); err != nil {
		return nil, err
	}
	return s.Create(ctx, r, spec)
}

func (s *secretVersions) Delete(_ context.Context, r Resource) error {
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
func versionID(r Resource) string { return r.ID[strings.LastIndex(r.ID, "|")+1:] }

func (s *secretVersions) current(secret Resource) (secretVersion, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	for i := len(s.versions) - 1; i >= 0; i-- {
		if v := s.versions[i]; v.secret.ID == secret.ID {
			return v, true
		}
	}
	return secretVersion{}, false
}

// getSecretValue is the API call of that name.
func (c *Cloud) getSecretValue(by caller, body []byte) (any, error) {
	var input struct{ SecretId, VersionStage, VersionId string }
	if err := json.Unmarshal(body, &input); err != nil {
		return nil, apiError{"ValidationException", "the request body is not JSON: " + err.Error()}
	}
	secret, ok := c.secrets.find(input.SecretId)
	resource := secret.ARN
	if !ok {
		resource = input.SecretId
	}
	// Who may not read a secret is not told whether it exists.
	if err := c.authorize(by, "secretsmanager:GetSecretValue", resource); err != nil {
		return nil, err
	}
	version, has := c.secretVersions.current(secret.Resource)
	if !ok || !has || input.VersionStage != "" && input.VersionStage != "AWSCURRENT" ||
		input.VersionId != "" && input.VersionId != versionID(version.resource) {
		return nil, apiError{"ResourceNotFoundException", "Secrets Manager can't find the specified secret."}
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
