package host

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// usage reads /proc (proc(5)). A child of the process that ends is added to what it used
// itself, so that nothing is lost between two looks.
func (c *Process) usage() (Usage, error) {
	if !c.Running() {
		return Usage{}, errNoUsage
	}
	own, err := readStat(fmt.Sprintf("/proc/%d/stat", c.PID()))
	if err != nil {
		return Usage{}, err
	}
	thread, err := readStat(fmt.Sprintf("/proc/%[1]d/task/%[1]d/stat", c.PID()))
	if err != nil {
		return Usage{}, err
	}
	usage := Usage{All: own.used + own.ofEnded, Thread: thread.used}
	children, _ := os.ReadFile(fmt.Sprintf("/proc/%[1]d/task/%[1]d/children", c.PID()))
	for child := range strings.FieldsSeq(string(children)) {
		if its, err := readStat("/proc/" + child + "/stat"); err == nil { // it may have ended
			usage.All += its.used + its.ofEnded
		}
	}
	if !c.Running() { // or its number may be another's by now
		return Usage{}, errNoUsage
	}
	return usage, nil
}

// Stopped says whether the process does not run on, although it has not ended: a signal has
// stopped it.
func (c *Process) Stopped() bool {
	own, err := readStat(fmt.Sprintf("/proc/%d/stat", c.PID()))
	return err == nil && own.state == "T" && c.Running() // or it is the state of another by now
}

// stat is a part of a process's or thread's stat file.
type stat struct {
	state         string
	used, ofEnded time.Duration // its own, and that of its children that have ended
}

func readStat(path string) (stat, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return stat{}, err
	}
	// The name, in parentheses, may hold anything.
	fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
	if len(fields) < 15 {
		return stat{}, fmt.Errorf("%s: %d fields", path, len(fields))
	}
	ticks := func(field int) time.Duration { // as proc(5) numbers them; the state is 3
		n, _ := strconv.ParseInt(fields[field-3], 10, 64)
		return time.Duration(n) * (time.Second / 100) // USER_HZ, which is 100 everywhere
	}
	return stat{fields[0], ticks(14) + ticks(15), ticks(16) + ticks(17)}, nil
}
