package conventions

// Retention is what a stack keeps when somebody deletes it, or a resource of it. It is
// computed once, and every part that holds data does as it says.
type Retention struct {
	// Protect has the engine refuse to delete or replace what holds data.
	Protect bool
	// DeletionProtection has AWS refuse it too, whoever asks.
	DeletionProtection bool
	// FinalSnapshot leaves a snapshot of the database when it goes all the same.
	FinalSnapshot bool
	// SecretRecoveryDays is for how many days a deleted secret can be restored. 0 deletes
	// it at once; AWS accepts 7 to 30 besides (Secrets Manager, DeleteSecret).
	SecretRecoveryDays int
}

// RetentionOf returns what a stack keeps, with deletion protection and without.
func RetentionOf(deletionProtection bool) Retention {
	if !deletionProtection {
		return Retention{}
	}
	return Retention{Protect: true, DeletionProtection: true, FinalSnapshot: true, SecretRecoveryDays: 30}
}
