package cloud

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const testScript = `#!/bin/bash
set -euo pipefail
RELEASE_BUCKET='releases'
readonly RELEASE_KEY="cart/abc"
RELEASE_SHA256=abc # of the binary
INSTANCE_ID=$(metadata instance-id)
fetch() {
  RELEASE_KEY='not this'
}
umask 077
cat >/etc/myclothes/cart.env <<EOF
# where it runs
CART_ADDRESS=${PRIVATE_IP}
CART_INSTANCE_ID=${INSTANCE_ID}
CART_AVAILABILITY_ZONE=$AVAILABILITY_ZONE
CART_RELEASE=${RELEASE_SHA256}

CART_NAME="two words"
CART_URL=a=b
EOF
cat >/etc/systemd/system/cart.service <<'EOF'
ExecStart=/opt/myclothes/cart
EOF
`

var testInstance = map[string]string{"INSTANCE_ID": "i-1", "AVAILABILITY_ZONE": "eu-west-1a", "PRIVATE_IP": "127.20.0.4"}

func readScript(script string) (bootstrap, error) {
	return readUserData(base64.StdEncoding.EncodeToString([]byte(script)), testInstance)
}

func TestUserDataSaysWhatToRunAndWithWhichEnvironment(t *testing.T) {
	t.Parallel()
	boot, err := readScript(testScript)
	require.NoError(t, err)
	require.Equal(t, bootstrap{
		bucket: "releases", key: "cart/abc", sha256: "abc",
		environment: []string{
			"CART_ADDRESS=127.20.0.4", "CART_INSTANCE_ID=i-1", "CART_AVAILABILITY_ZONE=eu-west-1a",
			"CART_RELEASE=abc", "CART_NAME=two words", "CART_URL=a=b",
		},
	}, boot)
}

func TestAQuotedHereDocumentIsTakenAsItIs(t *testing.T) {
	t.Parallel()
	boot, err := readScript(strings.Replace(testScript, "cart.env <<EOF", "cart.env <<'EOF'", 1))
	require.NoError(t, err)
	require.Contains(t, boot.environment, "CART_ADDRESS=${PRIVATE_IP}")
}

func TestUserDataThatCannotBeFollowedIsRefusedWithTheReason(t *testing.T) {
	t.Parallel()
	for want, change := range map[string][2]string{
		"undefined variable NOBODY":   {"${PRIVATE_IP}", "${NOBODY}"},
		"no line RELEASE_BUCKET='…'":  {"RELEASE_BUCKET=", "BUCKET="},
		"command substitution":        {"${PRIVATE_IP}", "$(hostname -i)"},
		"no here document":            {"cart.env <<EOF", "other.env <<EOF"},
		"does not end with END":       {"cart.env <<EOF", "cart.env <<END"},
		`"nonsense" is not KEY=VALUE`: {"CART_URL=a=b", "nonsense"},
	} {
		_, err := readScript(strings.Replace(testScript, change[0], change[1], 1))
		require.ErrorContains(t, err, want)
	}
	_, err := readUserData("%", nil)
	require.ErrorContains(t, err, "not base64")
}

func TestMatchersListCodesAndRanges(t *testing.T) {
	t.Parallel()
	for matcher, statuses := range map[string]map[int]bool{
		"200":         {200: true, 201: false},
		"200,204":     {200: true, 201: false, 204: true},
		"200-299":     {199: false, 200: true, 299: true, 300: false},
		"200-202,404": {202: true, 203: false, 404: true},
	} {
		for status, want := range statuses {
			require.Equal(t, want, HealthCheck{Matcher: matcher}.matches(status), "%s %d", matcher, status)
		}
	}
}

func TestLaunchTemplatesKeepEveryVersion(t *testing.T) {
	t.Parallel()
	templates := newLaunchTemplates()
	outputs, err := templates.Create(t.Context(), named("lt"), LaunchTemplate{ImageID: "ami-1"})
	require.NoError(t, err)
	require.Equal(t, Outputs{"latestVersion": 1, "defaultVersion": 1}, outputs)
	outputs, err = templates.Update(t.Context(), named("lt"), LaunchTemplate{ImageID: "ami-2"})
	require.NoError(t, err)
	require.Equal(t, Outputs{"latestVersion": 2, "defaultVersion": 1}, outputs)
	for version, image := range map[string]string{"1": "ami-1", "2": "ami-2", "$Latest": "ami-2", "$Default": "ami-1"} {
		template, _, err := templates.version(&LaunchTemplateRef{ID: "lt", Version: version})
		require.NoError(t, err)
		require.Equal(t, image, template.ImageID, version)
	}
	_, _, err = templates.version(&LaunchTemplateRef{ID: "lt", Version: "3"})
	require.ErrorContains(t, err, `no version "3"`)
}
