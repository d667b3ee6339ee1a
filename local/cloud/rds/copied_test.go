package rds

import (
	_ "embed"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// templateScript is an initdb that makes the data of a server once, with the real initdb and the
// arguments that it was first called with. Everybody else gets a copy with his own password, in a
// tenth of the time. Where there is no flock, it is the real initdb.
//
//go:embed testdata/initdb.sh
var templateScript []byte

// templates is the folder of the data that servers of this process begin with.
var templates = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "rds-templates-")
	if err != nil {
		return "", err
	}
	return dir, os.Chmod(dir, 0o777) // for the user that PostgreSQL runs as
})

// removeTemplates ends what templates began.
func removeTemplates() {
	if dir, err := templates(); err == nil {
		_ = os.RemoveAll(dir)
	}
}

// copyData makes the account's databases begin with copies.
func (a *account) copyData() {
	a.Helper()
	p, err := a.Instances.installation()
	require.NoError(a, err)
	dir, err := templates()
	require.NoError(a, err)
	tools := filepath.Join(p.Dir, "copying-tools")
	require.NoError(a, p.Mkdir(tools))
	for _, tool := range []string{"postgres", "pg_basebackup"} {
		require.NoError(a, os.Symlink(p.Tool(tool), filepath.Join(tools, tool)))
	}
	script := "#!/bin/sh\nreal=" + p.Tool("initdb") + " template=" + filepath.Join(dir, "data") + "\n" + string(templateScript)
	require.NoError(a, p.WriteFile(filepath.Join(tools, "initdb"), script))
	require.NoError(a, os.Chmod(filepath.Join(tools, "initdb"), 0o700))
	p.Bin = tools
}

func TestTheRealInitdbMakesADatabase(t *testing.T) {
	t.Parallel()
	a := newAccountOfRealTools(t)
	host := declareDatabase(a, testDatabase())
	answer, err := a.query(host, "select 'here'")
	require.NoError(t, err)
	require.Equal(t, "here", answer)
}
