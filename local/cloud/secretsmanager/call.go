package secretsmanager

import (
	"cmp"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"myclothes/local/cloud/aws"
	"myclothes/local/cloud/iam"
)

// Target is how the API's calls are named.
const Target = "secretsmanager."

// input is what any of the operations takes.
type input struct {
	SecretId, VersionId, VersionStage    string
	ClientRequestToken                   string
	SecretString                         *string
	VersionStages                        []string
	MoveToVersionId, RemoveFromVersionId string
	IncludeDeprecated                    bool
}

// operations are those on one secret. The caller holds the lock.
var operations = map[string]func(*Versions, aws.Resource, input) (map[string]any, error){
	"GetSecretValue":           (*Versions).getValue,
	"PutSecretValue":           (*Versions).putValue,
	"DescribeSecret":           (*Versions).describe,
	"ListSecretVersionIds":     (*Versions).list,
	"UpdateSecretVersionStage": (*Versions).moveStage,
}

// Call carries out an operation of the API, if the caller may.
func (s *Versions) Call(by iam.Caller, operation string, r *http.Request) (any, error) {
	do, ok := operations[operation]
	if !ok && operation != "ListSecrets" {
		return nil, aws.Error{Code: "UnknownOperationException", Message: fmt.Sprintf("the local cloud has no %q", Target+operation)}
	}
	var in input
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		return nil, aws.Error{Code: "ValidationException", Message: "the request body is not JSON: " + err.Error()}
	}
	secret, found := s.secrets.Find(in.SecretId)
	gone, marked := s.secrets.scheduled.Find(in.SecretId)
	// Who may not use a secret is not told whether it exists.
	if err := s.policies.Authorize(by, Target[:len(Target)-1]+":"+operation, cmp.Or(secret.ARN, gone.ARN, in.SecretId, "*")); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case operation == "ListSecrets":
		return s.listSecrets()
	case !found && marked:
		return nil, aws.Error{Code: "InvalidRequestException", Message: "You can't perform this operation on the secret because it was marked for deletion."}
	case !found:
		return nil, notFound("the specified secret")
	}
	return do(s, secret.Resource, in)
}

func notFound(what string) error {
	return aws.Error{Code: "ResourceNotFoundException", Message: "Secrets Manager can't find " + what + "."}
}

func invalid(format string, arguments ...any) error {
	return aws.Error{Code: "InvalidParameterException", Message: fmt.Sprintf(format, arguments...)}
}

// seconds is a time as AWS JSON has it.
func seconds(t time.Time) float64 { return float64(t.UnixMilli()) / 1000 }

func (s *Versions) getValue(secret aws.Resource, in input) (map[string]any, error) {
	if in.VersionId == "" {
		in.VersionStage = cmp.Or(in.VersionStage, current)
	}
	v := s.find(secret.ID, in.VersionId, in.VersionStage)
	if v == nil {
		return nil, notFound("the specified secret value for VersionId: " + in.VersionId + " and staging label: " + in.VersionStage)
	}
	return map[string]any{
		"ARN": secret.ARN, "Name": secret.Name, "VersionId": v.id, "VersionStages": v.stages,
		"SecretString": v.value, "CreatedDate": seconds(v.created),
	}, nil
}

// newVersionID is an id in AWS's form, which has 32 characters at least.
func newVersionID() string {
	random := make([]byte, 16)
	_, _ = rand.Read(random) // never fails
	return fmt.Sprintf("%x-%x-%x-%x-%x", random[:4], random[4:6], random[6:8], random[8:10], random[10:])
}

// putValue adds a version. The same token again is the same version.
func (s *Versions) putValue(secret aws.Resource, in input) (map[string]any, error) {
	if in.SecretString == nil {
		return nil, invalid("You must provide SecretString; SecretBinary is not modelled in the local cloud.")
	}
	id := cmp.Or(in.ClientRequestToken, newVersionID())
	v := s.find(secret.ID, id, "")
	switch {
	case v == nil:
		v = &version{id: id, secret: secret.ID, value: *in.SecretString, created: time.Now()}
		if len(in.VersionStages) == 0 {
			in.VersionStages = []string{current}
		}
		s.add(v, in.VersionStages...)
	case v.value != *in.SecretString:
		return nil, aws.Error{Code: "ResourceExistsException", Message: "You can't use ClientRequestToken " + id + " because that value is already in use for a version of secret " + secret.ARN + "."}
	}
	return map[string]any{"ARN": secret.ARN, "Name": secret.Name, "VersionId": v.id, "VersionStages": v.stages}, nil
}

func (s *Versions) describe(secret aws.Resource, _ input) (map[string]any, error) {
	stages, description := map[string][]string{}, map[string]any{"ARN": secret.ARN, "Name": secret.Name}
	for i, v := range s.of(secret.ID) {
		if i == 0 {
			description["CreatedDate"] = seconds(v.created)
		}
		description["LastChangedDate"] = seconds(v.created)
		if len(v.stages) > 0 {
			stages[v.id] = v.stages
		}
	}
	description["VersionIdsToStages"] = stages
	return description, nil
}

// list lists the versions that have labels; deprecated ones have none.
func (s *Versions) list(secret aws.Resource, in input) (map[string]any, error) {
	versions := []map[string]any{}
	for _, v := range s.of(secret.ID) {
		if len(v.stages) > 0 || in.IncludeDeprecated {
			versions = append(versions, map[string]any{"VersionId": v.id, "VersionStages": v.stages, "CreatedDate": seconds(v.created)})
		}
	}
	return map[string]any{"ARN": secret.ARN, "Name": secret.Name, "Versions": versions}, nil
}

// moveStage moves a label from one version to another, adds it, or removes it.
// https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_UpdateSecretVersionStage.html
func (s *Versions) moveStage(secret aws.Resource, in input) (map[string]any, error) {
	to, from := s.find(secret.ID, in.MoveToVersionId, ""), s.find(secret.ID, "", in.VersionStage)
	switch {
	case in.VersionStage == "":
		return nil, invalid("You must provide VersionStage.")
	case in.MoveToVersionId == "" && in.RemoveFromVersionId == "":
		return nil, invalid("You must provide either MoveToVersionId or RemoveFromVersionId.")
	case in.MoveToVersionId != "" && to == nil:
		return nil, notFound("the specified secret version " + in.MoveToVersionId)
	case from != nil && from != to && from.id != in.RemoveFromVersionId:
		return nil, invalid("The parameter RemoveFromVersionId can't be empty or other than %s. Staging label %s is currently attached to it, so you must explicitly reference that version.", from.id, in.VersionStage)
	case in.MoveToVersionId == "" && in.VersionStage == current:
		return nil, invalid("You can't remove the staging label AWSCURRENT, only move it to another version.")
	case in.MoveToVersionId != "":
		s.label(to, in.VersionStage)
	case from != nil:
		from.lose(in.VersionStage)
	}
	return map[string]any{"ARN": secret.ARN, "Name": secret.Name}, nil
}

func (s *Versions) listSecrets() (map[string]any, error) {
	list := []map[string]any{}
	for _, secret := range s.secrets.All() {
		description, _ := s.describe(secret.Resource, input{})
		description["SecretVersionsToStages"] = description["VersionIdsToStages"]
		delete(description, "VersionIdsToStages")
		list = append(list, description)
	}
	return map[string]any{"SecretList": list}, nil
}
