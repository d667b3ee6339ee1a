//go:build !linux

package apptest

import "syscall"

// dieWithParent does nothing here: only Linux can tie a child's life to its parent's.
func dieWithParent() *syscall.SysProcAttr { return &syscall.SysProcAttr{} }

// awaitStop does nothing here: a server may go on for a moment.
func awaitStop(int) {}
