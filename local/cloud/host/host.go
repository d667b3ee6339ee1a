// Package host is the machine under a local cloud: the processes that stand for AWS's
// servers and those who keep them, endpoints that stay while the node behind them
// changes, loopback addresses, certificates, files and logs. It knows no AWS service:
// who may pass an endpoint, its gate says.
package host

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"path/filepath"

	"myclothes/local/cloud/aws"
	"myclothes/local/cloud/cloudwatch"
)

// Host is this machine as one cloud uses it: a folder, processes, loopback addresses
// and a certificate authority.
type Host struct {
	Log       *slog.Logger
	Timings   aws.Timings // how long what takes time on AWS takes here
	Events    *aws.Events // what has happened
	Metrics   *cloudwatch.Metrics
	Processes *Processes
	Loopback  *Loopback
	Authority *Authority

	dir string
}

// Open empties the folder, because nothing survives the processes, and starts
// with nothing.
func Open(dir string, log *slog.Logger, timings aws.Timings) (*Host, error) {
	if err := empty(dir); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Join(dir, "log"), 0o755); err != nil {
		return nil, fmt.Errorf("local cloud directory: %w", err)
	}
	authority, err := newAuthority(dir)
	if err != nil {
		return nil, err
	}
	loopback, err := openLoopback()
	if err != nil {
		return nil, err
	}
	return &Host{
		Log: log, Timings: timings, Events: &aws.Events{}, Metrics: cloudwatch.New(timings),
		Processes: newProcesses(), Loopback: loopback, Authority: authority, dir: dir,
	}, nil
}

// Close kills what still runs, frees the addresses, and removes the folder that is
// outside. What is in the cloud's folder stays.
func (h *Host) Close() error {
	h.Metrics.Close()
	h.Processes.close()
	h.Loopback.close()
	return emptyOutside(h.dir)
}

// outsideLink names the folder that a cloud has outside of its own, if it needs one.
const outsideLink = "outside"

// empty removes what a cloud wrote that ended without Close. Its processes ended
// with it.
func empty(dir string) error {
	problems := []error{emptyOutside(dir)}
	for _, name := range []string{"elasticache", "instances", "log", "objects", "rds"} {
		problems = append(problems, os.RemoveAll(filepath.Join(dir, name)))
	}
	return errors.Join(problems...)
}

// emptyOutside removes the folder that a cloud has outside of its own.
func emptyOutside(dir string) error {
	link := filepath.Join(dir, outsideLink)
	outside, err := os.Readlink(link)
	if err != nil {
		return nil // it has none
	}
	return errors.Join(os.RemoveAll(outside), os.Remove(link))
}

// OutsideDir makes a folder outside of the cloud's, for what another user needs to
// get at. Close removes it.
func (h *Host) OutsideDir() (string, error) {
	dir, err := os.MkdirTemp(cmp.Or(os.Getenv("TMPDIR"), "/var/tmp"), "myclothes-")
	if err != nil {
		return "", err
	}
	return dir, os.Symlink(dir, h.Path(outsideLink))
}

// Path returns the path of a file or folder of the cloud.
func (h *Host) Path(elements ...string) string {
	return filepath.Join(append([]string{h.dir}, elements...)...)
}

// LogPath returns where the named process writes its log.
func (h *Host) LogPath(process string) string { return h.Path("log", process+".log") }

// Listening is nil when something accepts connections there. The client would wait
// a second before it tried again.
func Listening(ctx context.Context, address netip.AddrPort) error {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp4", address.String())
	if err != nil {
		return err
	}
	return conn.Close()
}
