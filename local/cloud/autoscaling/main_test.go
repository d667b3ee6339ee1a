package autoscaling

import (
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"testing"
	"time"

	"myclothes/local/cloud/cloudtest"
	"myclothes/local/cloud/ec2"
	"myclothes/local/cloud/ec2/systemd"
	"myclothes/local/cloud/host"
)

// TestMain runs the tests, or the service that they launch, which is the test
// binary itself.
func TestMain(m *testing.M) {
	if behaviour := os.Getenv("TEST_SERVICE"); behaviour != "" {
		serveAsInstance(behaviour)
		return
	}
	cloudtest.Main(m)
}

// serveAsInstance is what an instance of the tests runs.
func serveAsInstance(behaviour string) {
	if behaviour == "broken" {
		log.Fatal("the release is broken")
	}
	server := http.Server{
		Addr:     net.JoinHostPort(os.Getenv("TEST_ADDRESS"), "8080"),
		Handler:  cloudtest.Application(os.Getenv("TEST_INSTANCE"), behaviour),
		ErrorLog: log.New(io.Discard, "", 0),
	}
	terminated, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	ended := make(chan struct{})
	context.AfterFunc(terminated, func() {
		defer close(ended)
		_ = server.Shutdown(context.Background())
	})
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		log.Fatal(err)
	}
	<-ended
}

// testImage boots the test binary as a service that behaves as the user data says.
var testImage = ec2.Image{Kind: "test instance", Boot: func(_ context.Context, m ec2.Machine) (systemd.Unit, error) {
	path, err := os.Executable()
	command := host.Command{Path: path, Env: []string{
		"TEST_SERVICE=" + m.UserData, "TEST_ADDRESS=" + m.Address.String(), "TEST_INSTANCE=" + m.ID}}
	return systemd.Unit{Command: command, Restart: systemd.RestartAlways, After: 100 * time.Millisecond}, err
}}

// noPlatform gives instances nothing.
type noPlatform struct{}

func (noPlatform) Environment(*ec2.Interface, string, string) []string { return nil }
func (noPlatform) Forget(string)                                       {}
func (noPlatform) Fetch(*ec2.Interface, string, string, string) (string, error) {
	return "", errors.New("there are no objects")
}
