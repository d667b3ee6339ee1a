package control

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// checkPort says who has the shop's port, if somebody has, and what to do.
func checkPort(port int) error {
	listener, err := net.Listen("tcp4", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err == nil {
		return listener.Close()
	}
	if !errors.Is(err, syscall.EADDRINUSE) {
		return fmt.Errorf("port %d, where the shop would be: %w: choose another, like make up PORT=8080", port, err)
	}
	by := ""
	if who := listenerOn(port); who != "" {
		by = " by " + who
	}
	return fmt.Errorf("port %d, where the shop would be, is taken%s: choose another, like make up PORT=%d", port, by, port+10)
}

// listenerOn names the process that listens on a port, as far as Linux tells this
// user, or returns "".
func listenerOn(port int) string {
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
		name, _ := os.ReadFile(filepath.Join(process, "comm"))
		return fmt.Sprintf("%s (process %s)", strings.TrimSpace(string(name)), filepath.Base(process))
	}
	return ""
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
