package cloud

import (
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/local/cloud/cloudtest"
	"myclothes/local/cloud/datastore"
	"myclothes/local/cloud/elasticache"
	"myclothes/local/cloud/rds"
)

// Not parallel: it counts the goroutines of the whole program.
func TestNothingIsLeftWhenTheCloudIsClosed(t *testing.T) {
	before := runtime.NumGoroutine()
	// Nobody but root may pass here, so root's databases are kept elsewhere.
	dir := filepath.Join(t.TempDir(), "private")
	require.NoError(t, os.Mkdir(dir, 0o700))
	c, err := Open(Options{Dir: dir, Region: "eu-west-1", Logger: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	cloudtest.Fill(t, c.host, c.network)
	declareDataStores(t, c)
	var logs []string
	for _, component := range c.Status() {
		logs = append(logs, component.Log)
	}
	require.Len(t, logs, 5, "two cache nodes, a primary, its standby and a read replica")
	nodes := c.host.Processes.Live()
	require.Len(t, nodes, 5)
	folders := []string{filepath.Join(dir, "elasticache", "sessions"), filepath.Join(dir, "rds")}
	if outside, err := os.Readlink(filepath.Join(dir, "outside")); err == nil {
		folders[1] = outside
	}
	for _, folder := range folders {
		require.NotEmpty(t, processesIn(t, folder))
	}

	require.NoError(t, c.Close(t.Context()))
	for _, pid := range nodes {
		require.NoDirExists(t, filepath.Join("/proc", strconv.Itoa(pid)))
	}
	require.Empty(t, c.host.Processes.Live())
	for _, folder := range folders {
		require.Empty(t, processesIn(t, folder))
	}
	for _, log := range logs {
		require.FileExists(t, log, "a log is what people need afterwards")
	}
	require.NoDirExists(t, folders[0])
	require.NoDirExists(t, folders[1])
	require.NoDirExists(t, filepath.Join(dir, "elasticache", "sessions"))
	cloudtest.Eventually(t, "every goroutine ends", func() bool { return runtime.NumGoroutine() <= before })
}

// processesIn lists the processes whose working folder is in dir; those of
// PostgreSQL are in their data.
func processesIn(t *testing.T, dir string) []string {
	t.Helper()
	links, err := filepath.Glob("/proc/[0-9]*/cwd")
	require.NoError(t, err)
	var found []string
	for _, link := range links {
		if cwd, err := os.Readlink(link); err == nil && strings.HasPrefix(cwd, dir) {
			found = append(found, link)
		}
	}
	return found
}

// declareDataStores declares a cache of two nodes, and a database with a standby and
// a read replica.
func declareDataStores(t *testing.T, c *Cloud) {
	t.Helper()
	groups := []string{"sg-data"}
	cloudtest.Declare(t, c.CacheSubnetGroups, "subnets", datastore.SubnetGroup{SubnetIDs: cloudtest.DataSubnets})
	cloudtest.Declare(t, c.DBSubnetGroups, "subnets", datastore.SubnetGroup{SubnetIDs: cloudtest.DataSubnets})
	cloudtest.Declare(t, c.ReplicationGroups, "sessions", elasticache.ReplicationGroup{
		Port: 16379, NumCacheClusters: 2, AutomaticFailoverEnabled: true, SubnetGroupName: "subnets", SecurityGroupIDs: groups})
	cloudtest.Declare(t, c.DBInstances, "customers", rds.Instance{
		Engine: "postgres", EngineVersion: "17", DBName: "shop", Username: "shop", Password: "a-Password_of-tests", Port: 15432,
		MultiAZ: true, BackupRetentionPeriod: 1, DBSubnetGroupName: "subnets", VPCSecurityGroupIDs: groups})
	cloudtest.Declare(t, c.DBInstances, "customers-replica", rds.Instance{ReplicateSourceDB: "customers", VPCSecurityGroupIDs: groups})
}

func TestOpenRemovesWhatACrashedCloudLeft(t *testing.T) {
	t.Parallel()
	dir, outside := t.TempDir(), filepath.Join(t.TempDir(), "outside")
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "rds", "customers"), 0o700))
	require.NoError(t, os.Mkdir(outside, 0o700))
	require.NoError(t, os.Symlink(outside, filepath.Join(dir, "outside")))
	c, err := Open(Options{Dir: dir, Logger: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	defer c.Close(t.Context())
	require.NoDirExists(t, outside)
	require.NoDirExists(t, filepath.Join(dir, "rds"))
}
