package boot

import (
	"strings"
	"testing"
	"time"

	"myclothes/local/cloud/ec2/systemd"

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
[Unit]
StartLimitIntervalSec=0
[Service]
ExecStart=/opt/myclothes/cart
Restart=always
RestartSec=1
EOF
`

var testInstance = map[string]string{"INSTANCE_ID": "i-1", "AVAILABILITY_ZONE": "eu-west-1a", "PRIVATE_IP": "127.20.0.4"}

func TestUserDataSaysWhatToRunAndWithWhichEnvironment(t *testing.T) {
	t.Parallel()
	boot, err := readUserData(testScript, testInstance)
	require.NoError(t, err)
	require.Equal(t, bootstrap{
		bucket: "releases", key: "cart/abc", sha256: "abc",
		environment: []string{
			"CART_ADDRESS=127.20.0.4", "CART_INSTANCE_ID=i-1", "CART_AVAILABILITY_ZONE=eu-west-1a",
			"CART_RELEASE=abc", "CART_NAME=two words", "CART_URL=a=b",
		},
		unit: systemd.Unit{Restart: systemd.RestartAlways, After: time.Second, Burst: 5},
	}, boot)
}

func TestAQuotedHereDocumentIsTakenAsItIs(t *testing.T) {
	t.Parallel()
	boot, err := readUserData(strings.Replace(testScript, "cart.env <<EOF", "cart.env <<'EOF'", 1), testInstance)
	require.NoError(t, err)
	require.Contains(t, boot.environment, "CART_ADDRESS=${PRIVATE_IP}")
}

func TestUserDataThatCannotBeFollowedIsRefusedWithTheReason(t *testing.T) {
	t.Parallel()
	for want, change := range map[string][2]string{
		"undefined variable NOBODY":          {"${PRIVATE_IP}", "${NOBODY}"},
		"no line RELEASE_BUCKET='…'":         {"RELEASE_BUCKET=", "BUCKET="},
		"command substitution":               {"${PRIVATE_IP}", "$(hostname -i)"},
		"no here document":                   {"cart.env <<EOF", "other.env <<EOF"},
		"does not end with END":              {"cart.env <<EOF", "cart.env <<END"},
		`"nonsense" is not KEY=VALUE`:        {"CART_URL=a=b", "nonsense"},
		`Restart=on-abort is not known here`: {"Restart=always", "Restart=on-abort"},
		"RestartSec=soon":                    {"RestartSec=1", "RestartSec=soon"},
	} {
		_, err := readUserData(strings.Replace(testScript, change[0], change[1], 1), testInstance)
		require.ErrorContains(t, err, want)
	}
}
