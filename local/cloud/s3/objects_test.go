package s3

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/local/cloud/cloudtest"
	"myclothes/local/cloud/ec2"
)

// onlyCarts lets every profile read the objects of one folder.
type onlyCarts struct{}

func (onlyCarts) Allowed(profile, action, resource string) bool {
	matches, _ := filepath.Match("arn:aws:s3:::releases/cart/*", resource)
	return profile == "profile" && action == "s3:GetObject" && matches
}

func TestObjectIsFetchedThroughTheGatewayEndpointByWhoMay(t *testing.T) {
	t.Parallel()
	v := cloudtest.NewVPC(t)
	objects := New(v.Host, v.Network, onlyCarts{})
	source := filepath.Join(t.TempDir(), "cart")
	require.NoError(t, os.WriteFile(source, []byte("release 1"), 0o600))
	cloudtest.Declare(t, objects, "object", Object{Bucket: "releases", Key: "cart/1", Source: source})
	cloudtest.Declare(t, objects, "private", Object{Bucket: "releases", Key: "private", Content: "x"})

	_, err := objects.Fetch(v.App, "profile", "releases", "cart/1")
	require.ErrorIs(t, err, ec2.ErrRefused)

	v.AllowGateway("sg-app", "s3")
	path, err := objects.Fetch(v.App, "profile", "releases", "cart/1")
	require.NoError(t, err)
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, "release 1", string(content))

	_, err = objects.Fetch(v.App, "profile", "releases", "private")
	require.ErrorContains(t, err, "access denied")
	_, err = objects.Fetch(v.App, "profile", "releases", "cart/2")
	require.ErrorContains(t, err, "no such object")
	require.NoError(t, objects.Delete(t.Context(), cloudtest.Named("object")))
	_, err = objects.Fetch(v.App, "profile", "releases", "cart/1")
	require.ErrorContains(t, err, "no such object")
}
