package tests

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"myclothes/app/apptest"
	"myclothes/infra/guards"
)

// script returns the boot script in the launch template.
func script(t *testing.T, g graph) string {
	t.Helper()
	decoded, err := base64.StdEncoding.DecodeString(the(t, g, guards.LaunchTemplate).Input("userData").(string))
	require.NoError(t, err)
	return string(decoded)
}

var environmentSection = regexp.MustCompile(`(?s)cat >/etc/myclothes/cart.env <<EOF\n(.*?)\nEOF\n`)

// environment returns the variables that the boot script writes.
func environment(t *testing.T, g graph) map[string]string {
	t.Helper()
	section := environmentSection.FindStringSubmatch(script(t, g))
	require.NotNil(t, section)
	variables := map[string]string{}
	for _, line := range strings.Split(section[1], "\n") {
		name, value, ok := strings.Cut(line, "=")
		require.True(t, ok, line)
		variables[name] = value
	}
	return variables
}

func TestUserDataStaysAsItIs(t *testing.T) {
	t.Parallel()
	g := evaluate(t, update, base())
	// The hash changes with every change of the service.
	golden(t, "userdata.golden", strings.ReplaceAll(script(t, g), environment(t, g)["CART_RELEASE"], "RELEASE"))
}

// machine is a folder that stands for the root of an instance's file system, and
// stubs for what only an instance has.
type machine struct {
	root, bin string
	payload   string // what S3 answers with
	failures  int    // how many downloads fail before one succeeds
}

func newMachine(t *testing.T) machine {
	root := t.TempDir()
	m := machine{root: root, bin: filepath.Join(root, "stubs")}
	for _, folder := range []string{"stubs", "etc/systemd/system"} {
		require.NoError(t, os.MkdirAll(filepath.Join(root, folder), 0o755))
	}
	return m
}

func (m machine) stub(t *testing.T, name, body string) {
	t.Helper()
	require.NoError(t, os.WriteFile(filepath.Join(m.bin, name), []byte("#!/bin/bash\n"+body+"\n"), 0o755))
}

// boot runs the script as an instance would, below m.root.
func (m machine) boot(t *testing.T, text string) (output string, err error) {
	t.Helper()
	m.stub(t, "aws", `[[ "$*" == *"s3://"* ]] || exit 2
echo "$*" >> "`+m.root+`/aws.log"
[ "$(wc -l < "`+m.root+`/aws.log")" -gt "$FAILURES" ] || exit 1
printf %s "$PAYLOAD" > "${!#}"`)
	m.stub(t, "curl", `case "$*" in
*api/token*) echo token ;;
*"X-aws-ec2-metadata-token: token"*instance-id) echo i-0abc ;;
*"X-aws-ec2-metadata-token: token"*placement/availability-zone) echo eu-west-1a ;;
*"X-aws-ec2-metadata-token: token"*local-ipv4) echo 10.0.17.5 ;;
*) exit 22 ;;
esac`)
	for _, name := range []string{"systemctl", "useradd", "sleep"} {
		m.stub(t, name, `echo "`+name+` $*" >> "`+m.root+`/calls.log"`)
	}
	m.stub(t, "id", "exit 1")
	for _, folder := range []string{"/etc/", "/opt/"} {
		text = strings.ReplaceAll(text, " "+folder, " "+m.root+folder)
		text = strings.ReplaceAll(text, ">"+folder, ">"+m.root+folder)
		text = strings.ReplaceAll(text, "="+folder+"myclothes/cart.download", "="+m.root+folder+"myclothes/cart.download")
	}
	bash := exec.Command("bash", "-s")
	bash.Stdin = strings.NewReader(text)
	bash.Env = []string{"PATH=" + m.bin + ":" + os.Getenv("PATH"), "PAYLOAD=" + m.payload, "FAILURES=" + strconv.Itoa(m.failures)}
	combined, err := bash.CombinedOutput()
	return string(combined), err
}

func (m machine) read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(m.root, path))
	require.NoError(t, err)
	return string(text)
}

// bootable returns the script for a release whose content is payload.
func bootable(t *testing.T, payload string) string {
	g := evaluate(t, update, base())
	sum := sha256.Sum256([]byte(payload))
	return strings.ReplaceAll(script(t, g), environment(t, g)["CART_RELEASE"], hex.EncodeToString(sum[:]))
}

func TestAnInstanceBootsWithTheVerifiedReleaseAndItsEnvironment(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	m.payload, m.failures = "the binary", 2
	output, err := m.boot(t, bootable(t, m.payload))
	require.NoError(t, err, output)

	require.Equal(t, "the binary", m.read(t, "opt/myclothes/cart"))
	env := m.read(t, "etc/myclothes/cart.env")
	for _, line := range []string{
		"CART_ADDRESS=10.0.17.5", "CART_INSTANCE_ID=i-0abc", "CART_AVAILABILITY_ZONE=eu-west-1a", "CART_PORT=8080",
		"CART_STORE=elasticache", "CART_CACHE_ADDRESS=cache.example:6379", "AWS_REGION=eu-west-1",
	} {
		require.Contains(t, env, line+"\n")
	}
	require.NotContains(t, env, "$")
	info, err := os.Stat(filepath.Join(m.root, "etc/myclothes/cart.env"))
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	unit := m.read(t, "etc/systemd/system/cart.service")
	for _, line := range []string{"User=cart", "Restart=always", "EnvironmentFile=/etc/myclothes/cart.env", "ExecStart=/opt/myclothes/cart", "NoNewPrivileges=yes"} {
		require.Contains(t, unit, line+"\n")
	}
	require.Contains(t, m.read(t, "calls.log"), "systemctl enable --now cart.service")
}

func TestACorruptedDownloadIsNeverStarted(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	m.payload = "something else"
	output, err := m.boot(t, bootable(t, "the binary"))
	require.Error(t, err)
	require.Contains(t, output, "cannot be fetched intact")
	require.NoFileExists(t, filepath.Join(m.root, "opt/myclothes/cart"))
	require.NoFileExists(t, filepath.Join(m.root, "opt/myclothes/cart.download"))
	require.NotContains(t, m.read(t, "calls.log"), "systemctl")
}

// The release is run with what user data says, but for address and ports, which are
// this machine's, and for its patience. Cache, database and AWS are away: the service is up all the same.
func TestTheReleaseRunsWithTheEnvironmentThatUserDataWrites(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the release is a Linux binary")
	}
	t.Parallel()
	native := map[string]string{"amd64": "t3.small", "arm64": "t4g.small"}[runtime.GOARCH]
	for _, rung := range []string{"dev", "rung 1", "rung 2", "rung 3", "dynamodb", "app cookie"} {
		t.Run(rung, func(t *testing.T) {
			t.Parallel()
			g := evaluate(t, update, configurations[rung].with(settings{"instanceType": native}))
			env := environment(t, g)
			env["CART_PORT"], env["CART_ADMIN_PORT"], env["CART_START_PATIENCE"] = freePort(t), freePort(t), "1s"
			metadata := map[string]string{"PRIVATE_IP": "127.0.0.1", "INSTANCE_ID": "i-0abc", "AVAILABILITY_ZONE": "eu-west-1a"}
			service := exec.Command(the(t, g, guards.Object).Input("source", "path").(string))
			service.Env = []string{"AWS_ENDPOINT_URL=http://127.0.0.1:1", "AWS_ACCESS_KEY_ID=none", "AWS_SECRET_ACCESS_KEY=none"}
			for name, value := range env {
				service.Env = append(service.Env, name+"="+os.Expand(value, func(v string) string { return metadata[v] }))
			}
			requireServes(t, service, env["CART_PORT"])
		})
	}
}

// requireServes starts the service, waits until it answers, and has it end well.
func requireServes(t *testing.T, service *exec.Cmd, port string) {
	t.Helper()
	var log bytes.Buffer
	service.Stdout, service.Stderr = &log, &log
	require.NoError(t, service.Start())
	ended := make(chan error, 1)
	go func() { ended <- service.Wait() }()
	t.Cleanup(func() { _ = service.Process.Kill() })

	healthy := func() bool {
		response, err := http.Get("http://127.0.0.1:" + port + "/healthz")
		if err != nil {
			return false
		}
		defer response.Body.Close()
		return response.StatusCode == http.StatusOK && response.Header.Get("X-Instance-Id") == "i-0abc"
	}
	for deadline := time.Now().Add(2 * time.Minute); !healthy(); time.Sleep(20 * time.Millisecond) {
		if len(ended) > 0 || time.Now().After(deadline) {
			_ = service.Process.Kill()
			require.Fail(t, "the service does not serve", "%v\n%s", <-ended, &log)
		}
	}
	require.NoError(t, service.Process.Signal(syscall.SIGTERM))
	require.NoError(t, <-ended, "the service did not end well")
}

// freePort returns a port that nothing listens on, and that no connection starts from before something does.
func freePort(t *testing.T) string {
	t.Helper()
	port, err := apptest.FreePort()
	require.NoError(t, err)
	return port
}
