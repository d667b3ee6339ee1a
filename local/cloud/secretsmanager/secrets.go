package secretsmanager

import (
	"context"
	"fmt"

	"myclothes/local/cloud/aws"
)

// Secret is aws:secretsmanager/secret:Secret. Its ID is its ARN.
type Secret struct {
	RecoveryWindowInDays *int `json:"recoveryWindowInDays"` // 0, or 7 to 30; 30 if not declared
}

// Secrets implements Service[Secret]. A secret that is deleted waits for the end of its
// recovery window, which no local cloud lives to see: its name stays taken.
type Secrets struct {
	*aws.Records[Secret]
	scheduled *aws.Records[Secret] // for deletion
}

// NewSecrets returns no secrets yet.
func NewSecrets() *Secrets {
	return &Secrets{aws.NewRecords[Secret]("secret"), aws.NewRecords[Secret]("secret")}
}

// Create makes a secret without a version, unless its name is taken.
func (s *Secrets) Create(ctx context.Context, r aws.Resource, spec Secret) (aws.Outputs, error) {
	if err := spec.check(); err != nil {
		return nil, err
	}
	if _, taken := s.scheduled.Find(r.Name); taken {
		return nil, aws.Error{Code: "InvalidRequestException", Message: "You can't create this secret because a secret with this name is already scheduled for deletion: " + r.Name}
	}
	if _, taken := s.Find(r.Name); taken {
		return nil, aws.Error{Code: "ResourceExistsException", Message: fmt.Sprintf("The operation failed because the secret %s already exists.", r.Name)}
	}
	return s.Records.Create(ctx, r, spec)
}

// Update changes a secret.
func (s *Secrets) Update(ctx context.Context, r aws.Resource, spec Secret) (aws.Outputs, error) {
	if err := spec.check(); err != nil {
		return nil, err
	}
	return s.Records.Update(ctx, r, spec)
}

// Delete schedules the deletion of a secret, or deletes it if it has no recovery window.
func (s *Secrets) Delete(_ context.Context, r aws.Resource) error {
	secret, there := s.Find(r.ID)
	if !there {
		return nil
	}
	s.Remove(secret.Resource)
	if secret.Spec.recoveryDays() > 0 {
		s.scheduled.Put(secret.Resource, secret.Spec)
	}
	return nil
}

func (s Secret) recoveryDays() int {
	if s.RecoveryWindowInDays == nil {
		return 30
	}
	return *s.RecoveryWindowInDays
}

// check refuses a window that AWS does.
func (s Secret) check() error {
	if days := s.recoveryDays(); days != 0 && (days < 7 || days > 30) {
		return aws.Error{Code: "InvalidParameterException", Message: fmt.Sprintf("RecoveryWindowInDays value must be between 7 and 30 days (inclusive), not %d", days)}
	}
	return nil
}
