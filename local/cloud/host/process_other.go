//go:build !linux

package host

import "syscall"

// childAttributes make a child the head of its own group.
func childAttributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }
