//go:build !linux

package host

// usage is for Linux; on other systems nothing is measured.
func (*Process) usage() (Usage, error) { return Usage{}, errNoUsage }

// Stopped is for Linux as well.
func (*Process) Stopped() bool { return false }
