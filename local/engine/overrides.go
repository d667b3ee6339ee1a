package engine

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/config"

	"myclothes/infra"
)

// Override is a setting that this machine needs otherwise than declared.
type Override struct {
	Key, Declared, Value string
	Why                  string
}

// processes are the settings for how long an instance takes to boot: here it is a
// process, and does so at once.
var processes = map[string]string{"instanceWarmupSeconds": "2", "healthCheckGraceSeconds": "20"}

// override changes what cannot be as declared on this machine, unless it was given
// by hand.
func (s *Settings) override(given map[string]bool, running bool) error {
	if declared, ok := s.effective("instanceType"); ok && !given["instanceType"] {
		// A type that is none is refused by the declaration.
		if needs, err := infra.ArchitectureOf(declared); err == nil && string(needs) != runtime.GOARCH {
			here := map[string]string{"arm64": "t4g.small", "amd64": "t3.small"}[runtime.GOARCH]
			s.change("instanceType", declared, here, "the service runs on this machine, which is "+runtime.GOARCH)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(processes)) {
		if declared, ok := s.effective(key); ok && !given[key] {
			s.change(key, declared, processes[key], "an instance is a process here and boots at once")
		}
	}
	return s.overridePorts(given, running)
}

func (s *Settings) change(key, declared, value, why string) {
	if declared == value {
		return
	}
	s.Overrides = append(s.Overrides, Override{key, declared, value, why})
	s.config[s.key(key)] = config.NewValue(value)
}

// ports are the settings that name ports which interfaces of the VPC listen on.
var ports = []string{"adminPort", "appPort", "cachePort", "databasePort"}

// chosenPort is a port as it was declared when its stack came up, and as it is.
type chosenPort struct{ Declared, Port string }

// overridePorts chooses other ports where another program listens on all addresses
// of this machine. A running stack keeps the choice: a new port would replace its
// cache, and with it every cart.
func (s *Settings) overridePorts(given map[string]bool, running bool) error {
	path := filepath.Join(s.Root, Folder, "ports."+s.Stack+".json")
	chosen := map[string]chosenPort{}
	if text, err := os.ReadFile(path); err == nil && running {
		if err := json.Unmarshal(text, &chosen); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	for _, key := range ports {
		declared, ok := s.effective(key)
		if !ok || given[key] {
			continue
		}
		choice, made := chosen[key]
		if !made || choice.Declared != declared {
			port, err := freePort(declared)
			if err != nil {
				return fmt.Errorf("setting %s: %w", key, err)
			}
			choice = chosenPort{declared, port}
			chosen[key] = choice
		}
		s.change(key, declared, choice.Port, "another program listens on all addresses at "+declared)
	}
	text, err := json.Marshal(chosen)
	if err != nil {
		return err
	}
	return errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, text, 0o600))
}

// unused is a loopback address that no local cloud gives to anything. Only who
// listens on all addresses is in the way there.
const unused = "127.15.255.1"

// freePort returns the port if it can be listened on, and another if not.
func freePort(port string) (string, error) {
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return port, nil // the declaration refuses it, and says why
	}
	for _, candidate := range []string{port, "0"} {
		listener, err := net.Listen("tcp4", net.JoinHostPort(unused, candidate))
		if err != nil {
			continue
		}
		defer listener.Close()
		return strconv.Itoa(listener.Addr().(*net.TCPAddr).Port), nil
	}
	return "", fmt.Errorf("port %s is taken and no other is free", port)
}
