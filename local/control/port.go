package control

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// Served returns where this machine serves what a URL of the stack names, which has the
// declared ports.
func (o Options) Served(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Port() != "" {
		return address
	}
	port, usual := o.Port, 80
	if u.Scheme == "https" {
		port, usual = o.HTTPSPort, 443
	}
	if port != usual {
		u.Host = net.JoinHostPort(u.Hostname(), strconv.Itoa(port))
	}
	return u.String()
}

// shopPort is a port of this machine that a load balancer's listener is to have.
type shopPort struct {
	what    string // for people
	setting string // of the Makefile
	port    int
}

// CheckHTTPSPort says who has the port that a stack with HTTPS needs, unless it is free
// or the local cloud that runs, if one does, has it already.
func (o Options) CheckHTTPSPort(running *Cloud) error {
	pid := 0
	if running != nil {
		pid = running.PID
	}
	return checkPort(shopPort{"the shop with HTTPS", "HTTPS_PORT", o.HTTPSPort}, pid)
}

// checkPort says who has a port, if somebody else than a process has, and what to do.
func checkPort(p shopPort, own int) error {
	listener, err := net.Listen("tcp4", net.JoinHostPort("127.0.0.1", strconv.Itoa(p.port)))
	if err == nil {
		return listener.Close()
	}
	if !errors.Is(err, syscall.EADDRINUSE) {
		return fmt.Errorf("port %d, where %s would be: %w: choose another, like make up %s=8080", p.port, p.what, err, p.setting)
	}
	by := ""
	if name, pid := listenerOn(p.port); pid != 0 {
		if pid == own {
			return nil
		}
		by = fmt.Sprintf(" by %s (process %d)", name, pid)
	}
	return fmt.Errorf("port %d, where %s would be, is taken%s: choose another, like make up %s=%d", p.port, p.what, by, p.setting, p.port+10)
}

// listenerOn returns the process that listens on a port, as far as Linux tells this
// user, or 0.
func listenerOn(port int) (name string, pid int) {
	inodes := map[string]bool{}
	for _, table := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		listeningInodes(table, port, inodes)
	}
	descriptors, _ := filepath.Glob("/proc/[0-9]*/fd/*")
	for _, descriptor := range descriptors {
		target, err := os.Readlink(descriptor)
		if err != nil || !inodes[target] {
			continue
		}
		process := filepath.Dir(filepath.Dir(descriptor))
		command, _ := os.ReadFile(filepath.Join(process, "comm"))
		pid, _ = strconv.Atoi(filepath.Base(process))
		return strings.TrimSpace(string(command)), pid
	}
	return "", 0
}

// listeningInodes collects the sockets of a kernel table that listen on a port, as
// links to them read.
func listeningInodes(table string, port int, inodes map[string]bool) {
	const listening = "0A"
	f, err := os.Open(table)
	if err != nil {
		return
	}
	defer f.Close()
	suffix := fmt.Sprintf(":%04X", port)
	for lines := bufio.NewScanner(f); lines.Scan(); {
		fields := strings.Fields(lines.Text())
		if len(fields) > 9 && strings.HasSuffix(fields[1], suffix) && fields[3] == listening {
			inodes["socket:["+fields[9]+"]"] = true
		}
	}
}
