package cloud

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/local/cloud/cloudtest"
	"myclothes/local/cloud/iam"
	"myclothes/local/cloud/s3"
)

func TestAnInstanceWhoseRoleDoesNotTrustEC2FindsNoCredentials(t *testing.T) {
	t.Parallel()
	c, err := Open(Options{Dir: t.TempDir(), Region: "eu-west-1", Logger: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.Close(context.Background())) })
	v := cloudtest.Fill(t, c.host, c.network)
	policies := iam.New()
	cloudtest.Declare(t, policies.InstanceProfiles, "profile", iam.InstanceProfile{Role: "role"})
	p := platform{c.api, s3.New(c.host, c.network, policies), policies, c.host.Log}
	hasCredentials := func(trust string) bool {
		cloudtest.Declare(t, policies.Roles, "role", iam.Role{AssumeRolePolicy: trust})
		return slices.ContainsFunc(p.Environment(v.App, "i-app", "profile"), func(variable string) bool {
			return strings.HasPrefix(variable, "AWS_ACCESS_KEY_ID=") || strings.HasPrefix(variable, "AWS_SECRET_ACCESS_KEY=")
		})
	}
	require.True(t, hasCredentials(trustEC2))
	require.False(t, hasCredentials(strings.Replace(trustEC2, "ec2", "lambda", 1)))
}
