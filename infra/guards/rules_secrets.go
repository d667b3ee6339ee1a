package guards

import (
	"encoding/base64"
	"slices"
	"strings"

	"myclothes/infra/guards/plain"
)

// secretRules are about what nobody may read.
var secretRules = []Rule{
	{
		Name: "secrets-marked", Control: "SEC02-BP03", Least: 1,
		Promise: "What AWS is told as a secret is marked as one, so that the state has it encrypted.",
		about: func(g Graph) Graph {
			return g.where(func(r *Resource) bool { return secretInputs[r.Type] != "" && r.Input(secretInputs[r.Type]) != nil })
		},
		check: alone(func(r *Resource) []string {
			return problem(!r.Confidential(secretInputs[r.Type]), "%s is not marked as a secret", secretInputs[r.Type])
		}),
	},
	{
		Name: "no-plain-secret", Control: "SEC02-BP03", Least: 1,
		Promise: "What is a secret anywhere is in plain sight nowhere, user data included.",
		about:   func(g Graph) Graph { return g.where(func(r *Resource) bool { return r.Type != Stack }) },
		check: func(g Graph) judge {
			secrets := secretsOf(g)
			return func(r *Resource) (problems []string) {
				for _, t := range r.texts() {
					shows := !t.Confidential && slices.ContainsFunc(secrets, func(secret string) bool { return strings.Contains(t.Value, secret) })
					problems = append(problems, problem(shows, "%s shows a secret", t.Path)...)
				}
				return problems
			}
		},
	},
}

// secretInputs are the inputs that are secrets, by type.
var secretInputs = map[string]string{ReplicationGroup: "authToken", SecretVersion: "secretString", DBInstance: "password"}

// shortestSecret keeps words like a user's name, which may stand beside a password in a
// secret, from being looked for everywhere.
const shortestSecret = 16

// secretsOf returns the texts that are marked as secrets, in inputs and outputs.
func secretsOf(g Graph) (secrets []string) {
	for _, r := range g {
		for _, t := range append(plain.Texts("", r.Inputs, false), plain.Texts("", r.Outputs, false)...) {
			if t.Confidential && len(t.Value) >= shortestSecret {
				secrets = append(secrets, t.Value)
			}
		}
	}
	return secrets
}

// texts returns all strings among the inputs, what is encoded as base64 also decoded.
func (r *Resource) texts() []plain.Text {
	all := plain.Texts(r.Type, r.Inputs, false)
	for _, t := range all {
		if decoded, err := base64.StdEncoding.DecodeString(t.Value); err == nil && len(decoded) > 0 {
			all = append(all, plain.Text{Path: t.Path + " (decoded)", Value: string(decoded), Confidential: t.Confidential})
		}
	}
	return all
}
