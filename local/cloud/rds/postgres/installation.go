// Package postgres is the installation of PostgreSQL that databases run with: where its tools
// are, what it knows, as whom it runs, and whose the files are.
package postgres

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"myclothes/local/cloud/host"
)

// Installation is the installation that databases run with, and as whom.
type Installation struct {
	Bin        string          // folder of initdb, postgres and pg_basebackup
	Version    string          // 15.18
	Parameters map[string]bool // those it knows
	uid, gid   int             // 0: as this process
	Dir        string          // where databases are kept
}

// postgresFolders are where installations are looked for, besides PATH.
var postgresFolders = []string{
	"/usr/lib/postgresql/*/bin",          // Debian
	"/usr/pgsql-*/bin",                   // PostgreSQL's own packages for Fedora and its kin
	"/opt/homebrew/opt/postgresql@*/bin", // Homebrew on Apple's processors
	"/usr/local/opt/postgresql@*/bin",    // Homebrew on Intel's
}

// Find returns the newest installation that has all of the tools, with a
// folder of its own in the cloud's.
func Find(h *host.Host) (*Installation, error) {
	bin, err := newestPostgresFolder()
	if err != nil {
		return nil, err
	}
	p := &Installation{Bin: bin, Parameters: map[string]bool{}}
	output, err := exec.Command(p.Tool("postgres"), "--version").Output()
	if err != nil {
		return nil, fmt.Errorf("%s --version: %w", p.Tool("postgres"), err)
	}
	p.Version = regexp.MustCompile(`\d+(\.\d+)*`).FindString(string(output))
	output, err = exec.Command(p.Tool("postgres"), "--describe-config").Output()
	if err != nil {
		return nil, fmt.Errorf("%s --describe-config: %w", p.Tool("postgres"), err)
	}
	for line := range strings.Lines(string(output)) {
		name, _, _ := strings.Cut(line, "\t")
		p.Parameters[name] = true
	}
	if err := p.chooseUser(); err != nil {
		return nil, err
	}
	return p, p.makeDir(h)
}

func newestPostgresFolder() (string, error) {
	var folders []string
	for _, pattern := range postgresFolders {
		found, _ := filepath.Glob(pattern)
		slices.SortFunc(found, func(a, b string) int { return majorVersion(b) - majorVersion(a) })
		folders = append(folders, found...)
	}
	if path, err := exec.LookPath("postgres"); err == nil {
		folders = append(folders, filepath.Dir(path))
	}
	for _, folder := range folders {
		complete := true
		for _, tool := range []string{"initdb", "postgres", "pg_basebackup"} {
			_, err := os.Stat(filepath.Join(folder, tool))
			complete = complete && err == nil
		}
		if complete {
			return folder, nil
		}
	}
	return "", errors.New("PostgreSQL's initdb, postgres and pg_basebackup are not installed: apt-get install postgresql")
}

var lastNumber = regexp.MustCompile(`(\d+)/bin/?$`)

func majorVersion(folder string) int {
	match := lastNumber.FindStringSubmatch(folder)
	if match == nil {
		return 0
	}
	version, _ := strconv.Atoi(match[1])
	return version
}

// Tool is the path of one of its programs.
func (p *Installation) Tool(name string) string { return filepath.Join(p.Bin, name) }

// chooseUser picks another user when this process is root, as whom PostgreSQL
// refuses to run.
func (p *Installation) chooseUser() error {
	if os.Getuid() != 0 {
		return nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		if account, err := user.Lookup(name); err == nil {
			p.uid, _ = strconv.Atoi(account.Uid)
			p.gid, _ = strconv.Atoi(account.Gid)
			return nil
		}
	}
	return errors.New("PostgreSQL does not run as root, and there is no user postgres or nobody")
}

// makeDir makes the folder for databases: in the cloud's, unless the user that they
// run as cannot get there.
func (p *Installation) makeDir(h *host.Host) (err error) {
	p.Dir = h.Path("rds")
	if p.uid != 0 && !traversable(h.Path()) {
		if p.Dir, err = h.OutsideDir(); err != nil {
			return err
		}
	}
	return p.Mkdir(p.Dir)
}

// traversable says whether every user may pass through a folder and its parents.
func traversable(dir string) bool {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return false
	}
	for ; dir != "/"; dir = filepath.Dir(dir) {
		if info, err := os.Stat(dir); err != nil || info.Mode()&0o001 == 0 {
			return false
		}
	}
	return true
}

// Mkdir makes a folder that belongs to the user that databases run as.
func (p *Installation) Mkdir(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	return p.Own(dir)
}

// WriteFile writes a file that belongs to that user, and that only he may read.
func (p *Installation) WriteFile(path, content string) error {
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		return err
	}
	return p.Own(path)
}

// Own makes a file that user's.
func (p *Installation) Own(path string) error {
	if p.uid == 0 {
		return nil
	}
	return os.Chown(path, p.uid, p.gid)
}

// Command is one of the tools, to be run as the right user.
func (p *Installation) Command(tool, log string, args ...string) host.Command {
	return host.Command{
		Path: p.Tool(tool),
		Args: args,
		Env:  []string{"PATH=" + p.Bin + ":/usr/bin:/bin", "LC_ALL=C", "TZ=UTC"},
		Dir:  p.Dir,
		Log:  log,
		UID:  p.uid,
		GID:  p.gid,
	}
}
