package cloud

import (
	"context"
	"encoding/base64"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/local/cloud/autoscaling"
	"myclothes/local/cloud/cloudtest"
	"myclothes/local/cloud/ec2"
	"myclothes/local/cloud/ec2/systemd"
	"myclothes/local/cloud/host"
	"myclothes/local/cloud/iam"
	"myclothes/local/cloud/s3"
)

// fetchOnly is an image whose instances fetch an object and run it.
var fetchOnly = ec2.Image{Kind: "instance", Boot: func(_ context.Context, m ec2.Machine) (systemd.Unit, error) {
	path, err := m.Fetch("releases", m.UserData)
	return systemd.Unit{Command: host.Command{Path: path}}, err
}}

const trustEC2 = `{"Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"Service":"ec2.amazonaws.com"}}}`

func TestAnInstanceGetsOnlyWhatItsRoleAndGroupsLetItHave(t *testing.T) {
	t.Parallel()
	for want, spoil := range map[string]func(*Cloud) error{
		"access denied": func(c *Cloud) error { return c.RolePolicies.Delete(context.Background(), cloudtest.Named("policy")) },
		"no credentials: role role does not let ec2.amazonaws.com assume it": func(c *Cloud) error {
			_, err := c.Roles.Update(context.Background(), cloudtest.Named("role"), iam.Role{AssumeRolePolicy: strings.Replace(trustEC2, "ec2", "lambda", 1)})
			return err
		},
		"refused by the security groups": func(c *Cloud) error {
			return c.EgressRules.Delete(context.Background(), cloudtest.Named("sg-app-internet"))
		},
		"no such object": func(c *Cloud) error { return c.Objects.Delete(context.Background(), cloudtest.Named("release")) },
		// It may have the object, which is no program.
		"permission denied": func(*Cloud) error { return nil },
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			c, err := Open(Options{Dir: t.TempDir(), Region: "eu-west-1", Image: fetchOnly, Logger: slog.New(slog.DiscardHandler)})
			require.NoError(t, err)
			t.Cleanup(func() { require.NoError(t, c.Close(context.Background())) })
			cloudtest.Fill(t, c.host, c.network).AllowInternet("sg-app")
			cloudtest.Declare(t, c.Objects, "release", s3.Object{Bucket: "releases", Key: "cart/1", Content: "release 1"})
			cloudtest.Declare(t, c.Roles, "role", iam.Role{AssumeRolePolicy: trustEC2})
			cloudtest.Declare(t, c.RolePolicies, "policy", iam.RolePolicy{Role: "role",
				Policy: `{"Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::releases/*"}}`})
			cloudtest.Declare(t, c.InstanceProfiles, "profile", iam.InstanceProfile{Role: "role"})
			cloudtest.Declare(t, c.LaunchTemplates, "template", ec2.LaunchTemplate{
				UserData: base64.StdEncoding.EncodeToString([]byte("cart/1")), VPCSecurityGroupIDs: []string{"sg-app"},
				IAMInstanceProfile: &ec2.InstanceProfileRef{ARN: cloudtest.Named("profile").ARN[:len(cloudtest.Named("profile").ARN)-len("profile")] + "instance-profile/profile"}})
			require.NoError(t, spoil(c))
			_, err = c.AutoScalingGroups.Create(t.Context(), cloudtest.Named("group"), autoscaling.Group{
				MinSize: 1, MaxSize: 1, VPCZoneIdentifiers: cloudtest.AppSubnets, LaunchTemplate: &ec2.LaunchTemplateRef{ID: "template"}})
			require.ErrorContains(t, err, want)
		})
	}
}
