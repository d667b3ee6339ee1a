package control_test

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"myclothes/local/cloud/aws"
	"myclothes/local/control"
)

// TestMain is the local cloud itself when control.Start runs this program.
func TestMain(m *testing.M) {
	if len(os.Args) < 2 || os.Args[1] != "cloud" {
		os.Exit(m.Run())
	}
	var o control.Options
	flags := flag.NewFlagSet("cloud", flag.ExitOnError)
	flags.StringVar(&o.Stack, "stack", "", "")
	flags.StringVar(&o.Region, "region", "", "")
	flags.IntVar(&o.Port, "port", 0, "")
	flags.IntVar(&o.AWSPort, "aws-port", 0, "")
	flags.IntVar(&o.HTTPSPort, "https-port", 0, "")
	flags.Float64Var(&o.Scale, "scale", 0, "")
	_ = flags.Parse(os.Args[2:])
	o.Root, _ = os.Getwd()
	if o.Stack == "broken" {
		fmt.Fprintln(os.Stderr, "no free network")
		os.Exit(1)
	}
	if err := control.Run(context.Background(), o, slog.New(slog.DiscardHandler)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// freePort returns a port that nothing listens on. It is below those that connections start from, of which one could
// take it before the local cloud does.
func freePort(t *testing.T) int {
	t.Helper()
	for {
		port := 10000 + rand.N(22000)
		listener, err := net.Listen("tcp4", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
		if err == nil {
			require.NoError(t, listener.Close())
			return port
		}
		require.ErrorIs(t, err, syscall.EADDRINUSE)
	}
}

func TestALocalCloudRunsUntilItIsStopped(t *testing.T) {
	root := t.TempDir()
	_, err := control.Find(t.Context(), root)
	require.ErrorIs(t, err, control.ErrNotRunning)

	options := control.Options{Root: root, Stack: "dev", Region: "eu-west-1", Port: freePort(t), HTTPSPort: freePort(t)}
	started, err := control.Start(t.Context(), options)
	require.NoError(t, err)
	t.Cleanup(func() { _ = started.Stop(context.Background()) })
	found, err := control.Find(t.Context(), root)
	require.NoError(t, err)
	require.Equal(t, options, found.Options())
	require.Len(t, found.Providers(), 3)
	report, err := found.Report(t.Context())
	require.NoError(t, err)
	require.Empty(t, report.Components)
	require.NoError(t, found.Tell(t.Context(), "https://127.0.0.1:8443"))
	report, err = found.Report(t.Context())
	require.NoError(t, err)
	require.Equal(t, "https://127.0.0.1:8443", report.URL)
	require.ErrorContains(t, found.LoseInstance(t.Context(), "i-1"), `no instance "i-1" runs`)
	applied, err := found.Maintain(t.Context())
	require.NoError(t, err)
	require.Empty(t, applied, "nothing waits for the maintenance window")
	require.NoError(t, found.Follow(t.Context(), time.Now(), &bytes.Buffer{}), "no roll is under way")

	require.Error(t, control.Run(t.Context(), options, slog.New(slog.DiscardHandler)), "a second one in the project")

	require.NoError(t, found.Stop(t.Context()))
	_, err = control.Find(t.Context(), root)
	require.ErrorIs(t, err, control.ErrNotRunning)
	require.NoDirExists(t, filepath.Join(root, ".local", "cloud"))
	require.NoFileExists(t, filepath.Join(root, ".local", "cloud.json"))
}

func TestOnlyTheOwnerOfTheProjectCanAskALocalCloud(t *testing.T) {
	root := t.TempDir()
	c, err := control.Start(t.Context(), control.Options{Root: root, Stack: "dev", Region: "eu-west-1", Port: freePort(t)})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.Stop(context.Background())) })

	response, err := http.Get("http://" + c.Address + "/report")
	require.NoError(t, err)
	response.Body.Close()
	require.Equal(t, http.StatusForbidden, response.StatusCode)
	file, err := os.Stat(filepath.Join(root, ".local", "cloud.json"))
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), file.Mode().Perm())
}

func TestALocalCloudThatDoesNotStartSaysWhy(t *testing.T) {
	_, err := control.Start(t.Context(), control.Options{Root: t.TempDir(), Stack: "broken", Region: "eu-west-1", Port: freePort(t)})
	require.ErrorContains(t, err, "no free network")
	require.ErrorContains(t, err, "cloud.log")
}

func TestATakenPortNamesWhoHasItAndAnother(t *testing.T) {
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	port := listener.Addr().(*net.TCPAddr).Port

	_, err = control.Start(t.Context(), control.Options{Root: t.TempDir(), Stack: "dev", Region: "eu-west-1", Port: port})
	require.ErrorContains(t, err, strconv.Itoa(port))
	require.ErrorContains(t, err, fmt.Sprintf("(process %d)", os.Getpid()))
	require.ErrorContains(t, err, fmt.Sprintf("PORT=%d", port+10))
}

func TestTheTakenPortForHTTPSNamesWhoHasItAndAnother(t *testing.T) {
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	o := control.Options{HTTPSPort: listener.Addr().(*net.TCPAddr).Port}

	err = o.CheckHTTPSPort(nil)
	require.ErrorContains(t, err, fmt.Sprintf("(process %d)", os.Getpid()))
	require.ErrorContains(t, err, fmt.Sprintf("HTTPS_PORT=%d", o.HTTPSPort+10))

	var running control.Cloud
	running.PID = os.Getpid()
	require.NoError(t, o.CheckHTTPSPort(&running), "the local cloud that runs may have it")
}

func TestAURLOfTheStackIsServedAtThePortsOfThisMachine(t *testing.T) {
	o := control.Options{Port: 18080, HTTPSPort: 18443}
	require.Equal(t, "http://127.0.0.1:18080", o.Served("http://127.0.0.1"))
	require.Equal(t, "https://127.0.0.1:18443", o.Served("https://127.0.0.1"))
	require.Equal(t, "http://127.0.0.1:9000", o.Served("http://127.0.0.1:9000"))
	require.Equal(t, "https://127.0.0.1", control.Options{HTTPSPort: 443}.Served("https://127.0.0.1"))
}

func TestAReportShowsWhoRunsWhereAndWhatIsOnlyDeclared(t *testing.T) {
	now := time.Now()
	instance := aws.Component{
		Kind: "cart instance", ID: "i-1", Zone: "eu-west-1a", Address: "127.16.0.5:8080",
		State: "healthy", Healthy: true, Since: now.Add(-time.Minute), Log: "/project/.local/cloud/log/i-1.log", Note: "version 3",
	}
	report := control.Report{
		Components: []aws.Component{instance, instance}, Recorded: map[string]int{"aws:ec2/eip:Eip": 2},
		WithoutEffect: map[string][]string{"aws:lb/loadBalancer:LoadBalancer": {"internal", "tags"}},
	}
	var out bytes.Buffer
	require.True(t, report.Print(&out, "/project", now))
	require.Regexp(t, `cart instance +i-1 +eu-west-1a +127\.16\.0\.5:8080 +healthy +1m0s +\.local/cloud/log/i-1\.log`, out.String())
	require.Equal(t, 1, bytes.Count(out.Bytes(), []byte("version 3")))
	require.Contains(t, out.String(), "Declared, not simulated: aws:ec2/eip ×2")
	require.Contains(t, out.String(), "Declared, without effect here:\n  aws:lb/loadBalancer: internal, tags\n")

	report.Components[1].Healthy = false
	require.False(t, report.Print(&out, "/project", now))
}
