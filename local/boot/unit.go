package boot

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"myclothes/local/cloud/ec2/systemd"
)

// parseUnit reads of a unit file when systemd starts the service again. What a file does
// not say is systemd's default (systemd.service(5), systemd.unit(5)).
func parseUnit(text string) (systemd.Unit, error) {
	unit := systemd.Unit{Restart: systemd.RestartNo, After: 100 * time.Millisecond, Burst: 5, Interval: 10 * time.Second}
	for line := range strings.Lines(text) {
		key, value, ok := strings.Cut(strings.TrimSpace(line), "=")
		if !ok {
			continue
		}
		var err error
		switch key {
		case "Restart":
			unit.Restart, err = parseRestart(value)
		case "RestartSec":
			unit.After, err = parseSpan(value)
		case "StartLimitIntervalSec":
			unit.Interval, err = parseSpan(value)
		case "StartLimitBurst":
			unit.Burst, err = strconv.Atoi(value)
		}
		if err != nil {
			return unit, fmt.Errorf("user data: %s: %s=%s %w", unitFile, key, value, err)
		}
	}
	return unit, nil
}

func parseRestart(value string) (systemd.Restart, error) {
	switch restart := systemd.Restart(value); restart {
	case systemd.RestartNo, systemd.RestartOnFailure, systemd.RestartAlways:
		return restart, nil
	}
	return "", fmt.Errorf("is not known here: %s, %s and %s are", systemd.RestartNo, systemd.RestartOnFailure, systemd.RestartAlways)
}

// parseSpan reads a time span: a number is of seconds, and ms, s, m and h are units.
func parseSpan(value string) (time.Duration, error) {
	if seconds, err := strconv.ParseFloat(value, 64); err == nil {
		return time.Duration(seconds * float64(time.Second)), nil
	}
	span, err := time.ParseDuration(value)
	if err != nil {
		return 0, fmt.Errorf("is no time span: %w", err)
	}
	return span, nil
}
