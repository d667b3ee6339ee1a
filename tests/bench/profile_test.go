package bench

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// profileDir holds profiles. They of one kind belong together: go tool pprof -top .local/profiles/elasticache-add-*.pprof
const profileDir = "../../.local/profiles"

// profile records for as long as one run where the contender spends its processors' time, and returns how to wait for
// the end of that. A program that serves pprof is asked for it; perf looks at others.
func (r *running) profile(b *testing.B, what string) (wait func()) {
	b.Helper()
	require.NoError(b, os.MkdirAll(profileDir, 0o755))
	name := filepath.Join(profileDir, strings.NewReplacer(", ", "-", " ", "-").Replace(r.name)+"-"+what)
	done := make(chan error, 1)
	go func() {
		err := r.askForProfile(name + ".pprof")
		if err != nil {
			err = r.recordWithPerf(name + ".perf")
		}
		done <- err
	}()
	return func() { require.NoError(b, <-done, "profile of %s", r.name) }
}

func (r *running) askForProfile(file string) error {
	answer, err := http.Get(fmt.Sprintf("%s/debug/pprof/profile?seconds=%d", r.admin, int(duration.Seconds())))
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("it serves no profiles: %s", answer.Status)
	}
	profile, err := io.ReadAll(answer.Body)
	if err != nil {
		return err
	}
	return os.WriteFile(file, profile, 0o644)
}

func (r *running) recordWithPerf(file string) error {
	out, err := exec.Command("perf", "record", "-q", "-F", "499", "-g", "-p", strconv.Itoa(r.pid), "-o", file,
		"--", "sleep", strconv.Itoa(int(duration.Seconds()))).CombinedOutput()
	if err != nil {
		return fmt.Errorf("perf: %w\n%s", err, out)
	}
	return nil
}
