package bench

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"time"
)

// ticks is how many of its ticks Linux counts in a second, wherever it shows processor time to programs.
const ticks = 100

// cpuOf is the processor time that the process and its threads have had so far. It is 0 where the system does not say.
func cpuOf(pid int) time.Duration {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	cpu, err := parseStat(text)
	if err != nil {
		return 0
	}
	return cpu
}

// since is the processor time that the process has had more by now.
func since(before time.Duration, pid int) time.Duration { return cpuOf(pid) - before }

// parseStat reads utime and stime out of /proc/<pid>/stat: fields 14 and 15, see proc_pid_stat(5). The second field is
// the program's name in parentheses, which may hold anything.
func parseStat(text []byte) (time.Duration, error) {
	fields := bytes.Fields(text[bytes.LastIndexByte(text, ')')+1:])
	const firstField = 3
	if len(fields) <= 15-firstField {
		return 0, fmt.Errorf("too few fields: %q", text)
	}
	total := int64(0)
	for _, field := range fields[14-firstField : 16-firstField] {
		n, err := strconv.ParseInt(string(field), 10, 64)
		if err != nil {
			return 0, err
		}
		total += n
	}
	return time.Duration(total) * (time.Second / ticks), nil
}

// busy says how many processes wanted to run before the benchmark began: figures of a machine that others use as well
// say little.
func busy() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return ""
	}
	lastMinute, _, _ := bytes.Cut(text, []byte(" "))
	return fmt.Sprintf(", for which %s processes of others waited in the minute before", lastMinute)
}
