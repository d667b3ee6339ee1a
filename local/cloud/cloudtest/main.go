package cloudtest

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"
)

// Main runs the tests of a package, and fails when they leave goroutines of the local
// cloud behind.
func Main(m *testing.M, after ...func()) {
	code := m.Run()
	for _, tidy := range after {
		tidy()
	}
	if left := goroutinesLeft(5 * time.Second); code == 0 && left != "" {
		fmt.Fprintln(os.Stderr, "goroutines that no test ended:\n"+left)
		code = 1
	}
	os.Exit(code)
}

// goroutinesLeft returns the stacks of the local cloud's goroutines that do not end.
func goroutinesLeft(patience time.Duration) string {
	var left []string
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		stacks := make([]byte, 1<<20)
		stacks = stacks[:runtime.Stack(stacks, true)]
		left = nil
		for stack := range strings.SplitSeq(string(stacks), "\n\n") {
			if strings.Contains(stack, "/local/cloud") && !strings.Contains(stack, "TestMain") {
				left = append(left, stack)
			}
		}
		if left == nil {
			return ""
		}
	}
	return strings.Join(left, "\n\n")
}
