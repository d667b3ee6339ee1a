//go:build !linux

package host

import "syscall"

// childAttributes make a child the head of its own group.
func childAttributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

// awaitExit is for Linux, the only system that has the addresses for a local cloud;
// on others this only compiles.
func awaitExit(int) {}

// awaitStop only compiles, too.
func awaitStop(int) {}
