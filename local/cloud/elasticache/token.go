package elasticache

import (
	"context"
	"fmt"
	"slices"

	"myclothes/local/cloud/aws"
)

// What authTokenUpdateStrategy may be: "Authenticating with the Valkey and Redis OSS AUTH
// command", https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/auth.html.
const (
	rotateToken = "ROTATE" // the new token and the one before it are good; the provider's default
	setToken    = "SET"    // only the token is good
	deleteToken = "DELETE" // no token is asked for
)

// nextTokens returns the tokens that clients may use after an update of the declaration,
// when those in tokens are good before it.
func nextTokens(tokens []string, before, spec ReplicationGroup) ([]string, error) {
	changed := spec.AuthToken != before.AuthToken
	switch {
	case !changed && spec.AuthTokenUpdateStrategy == before.AuthTokenUpdateStrategy:
		return tokens, nil
	case spec.AuthTokenUpdateStrategy == deleteToken:
		return nil, nil
	case spec.AuthToken == "" && changed:
		return nil, aws.Error{Code: "InvalidParameterCombination", Message: "an auth token is removed with authTokenUpdateStrategy DELETE, not " + spec.AuthTokenUpdateStrategy}
	case spec.AuthToken == "":
		return nil, nil
	case spec.AuthTokenUpdateStrategy == setToken:
		return []string{spec.AuthToken}, nil
	case len(tokens) == 0:
		return nil, nil // a first token that is rotated in leaves access without one open
	case slices.Contains(tokens, spec.AuthToken):
		return tokens, nil
	}
	return []string{spec.AuthToken, tokens[0]}, nil
}

// changeTokens lets clients use the tokens that are declared now.
func (g *replicationGroup) changeTokens(ctx context.Context, before, spec ReplicationGroup) error {
	var tokens []string
	err := g.Do(ctx, func() (err error) {
		if tokens, err = nextTokens(g.tokens, before, spec); err == nil {
			g.tokens = tokens
		}
		return err
	})
	if err == nil {
		err = g.eachUp(ctx, func(_ *cacheNode, s *server) error { return s.accept(ctx, tokens) })
	}
	if err != nil {
		return fmt.Errorf("authToken: %w", err)
	}
	return nil
}
