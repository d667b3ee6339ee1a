package iam

import (
	"regexp"
	"slices"
	"strings"

	"myclothes/local/cloud/aws"
)

// request is what policies are asked about.
type request struct {
	action    string
	resource  string            // ARN
	principal string            // the ARN of the caller's role, or an AWS service: "ec2.amazonaws.com"
	context   map[string]string // by condition key, in lower case
}

// contextKeys are the condition keys that requests here have a value for, in lower case:
// their names have no case.
var contextKeys = []string{"aws:principalaccount", "aws:principalarn", "aws:securetransport"}

// verdict is what policies say about a request.
type verdict int

// The verdicts. In doubt, a request is denied.
const (
	unmentioned verdict = iota
	allowed
	denied
)

// judge evaluates statements as AWS does: whatever denies wins over what allows.
func judge(statements []statement, r request) verdict {
	v := unmentioned
	for _, s := range statements {
		switch {
		case !s.covers(r):
		case s.Effect == "Deny":
			return denied
		default:
			v = allowed
		}
	}
	return v
}

// judgeAll evaluates documents together. One that cannot be read denies everything.
func judgeAll(documents []string, r request) verdict {
	var statements []statement
	for _, document := range documents {
		parsed, err := parse(document)
		if err != nil {
			return denied
		}
		statements = append(statements, parsed...)
	}
	return judge(statements, r)
}

// covers says whether a statement is about a request.
func (s statement) covers(r request) bool {
	return s.coversAction(r.action) && s.coversResource(r.resource) && s.coversPrincipal(r) && s.holds(r.context)
}

// coversAction compares actions, which have no case.
func (s statement) coversAction(action string) bool {
	matches := func(pattern string) bool { return wildcardMatch(strings.ToLower(pattern), strings.ToLower(action)) }
	if len(s.NotAction) > 0 {
		return !slices.ContainsFunc(s.NotAction, matches)
	}
	return slices.ContainsFunc(s.Action, matches)
}

// coversResource compares ARNs. A trust policy names no resource: it is that of its role.
func (s statement) coversResource(resource string) bool {
	matches := func(pattern string) bool { return wildcardMatch(pattern, resource) }
	if len(s.NotResource) > 0 {
		return !slices.ContainsFunc(s.NotResource, matches)
	}
	return len(s.Resource) == 0 || slices.ContainsFunc(s.Resource, matches)
}

// coversPrincipal says whether a statement is about the caller. A policy of a role names
// nobody: it is about the role. What names the account denies everybody in it something,
// and leaves it to their own policies to allow it.
func (s statement) coversPrincipal(r request) bool {
	if s.Principal == nil || s.Principal.Everybody {
		return true
	}
	if slices.Contains(s.Principal.Service, r.principal) {
		return true
	}
	return slices.ContainsFunc(s.Principal.AWS, func(named string) bool {
		account := named == aws.AccountID || named == "arn:aws:iam::"+aws.AccountID+":root"
		return named == "*" || named == r.principal || account && s.Effect == "Deny"
	})
}

// holds says whether all conditions are met, by any of the values of each.
func (s statement) holds(context map[string]string) bool {
	for operator, keys := range s.Condition {
		for key, values := range keys {
			if !operators[operator](context[strings.ToLower(key)], values) {
				return false
			}
		}
	}
	return true
}

// operators are the condition operators that are evaluated.
var operators = map[string]func(have string, values []scalar) bool{
	"Bool":            anyOf(strings.EqualFold),
	"StringEquals":    anyOf(same),
	"StringNotEquals": noneOf(same),
	"StringLike":      anyOf(like),
	"StringNotLike":   noneOf(like),
	"ArnEquals":       anyOf(like),
	"ArnNotEquals":    noneOf(like),
	"ArnLike":         anyOf(like),
	"ArnNotLike":      noneOf(like),
}

func same(have, value string) bool { return have == value }

func like(have, pattern string) bool { return wildcardMatch(pattern, have) }

func anyOf(matches func(have, value string) bool) func(string, []scalar) bool {
	return func(have string, values []scalar) bool {
		return slices.ContainsFunc(values, func(value scalar) bool { return matches(have, string(value)) })
	}
}

func noneOf(matches func(have, value string) bool) func(string, []scalar) bool {
	some := anyOf(matches)
	return func(have string, values []scalar) bool { return !some(have, values) }
}

// wildcardMatch says whether text matches a pattern with * (any text) and ? (one
// character).
func wildcardMatch(pattern, text string) bool {
	expression := strings.NewReplacer(`\*`, `.*`, `\?`, `.`).Replace(regexp.QuoteMeta(pattern))
	return regexp.MustCompile(`(?s)^` + expression + `$`).MatchString(text)
}
