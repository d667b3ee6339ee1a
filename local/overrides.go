package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strconv"

	"myclothes/infra/conventions"
	"myclothes/local/engine"
)

// settings reads the stack's settings, and changes what cannot be as declared on this
// machine, unless it was given by hand. running says that the stack is up, so that its
// ports stay what they are.
func (r request) settings(running bool) (*engine.Settings, error) {
	s, err := engine.LoadSettings(r.root, r.stack, r.config)
	if err != nil {
		return nil, err
	}
	if declared, ok := s.Value("instanceType"); ok && !s.Given("instanceType") {
		// A type that is none is refused by the declaration.
		if needs, err := conventions.ArchitectureOf(declared); err == nil && string(needs) != runtime.GOARCH {
			here := map[string]string{"arm64": "t4g.small", "amd64": "t3.small"}[runtime.GOARCH]
			s.Override("instanceType", here, "the service runs on this machine, which is "+runtime.GOARCH)
		}
	}
	return s, overridePorts(s, running)
}

// ports are the settings that name ports which interfaces of the VPC listen on.
var ports = []string{"adminPort", "appPort", "cachePort", "databasePort"}

// chosenPort is a port as it was declared when its stack came up, and as it is.
type chosenPort struct{ Declared, Port string }

// overridePorts chooses other ports where another program listens on all addresses
// of this machine. A running stack keeps the choice: a new port would replace its
// cache, and with it every cart.
func overridePorts(s *engine.Settings, running bool) error {
	path := filepath.Join(s.Root, engine.Folder, "ports."+s.Stack+".json")
	chosen := map[string]chosenPort{}
	if text, err := os.ReadFile(path); err == nil && running {
		if err := json.Unmarshal(text, &chosen); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	for _, key := range ports {
		declared, ok := s.Value(key)
		if !ok || s.Given(key) {
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
		s.Override(key, choice.Port, "another program listens on all addresses at "+declared)
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
