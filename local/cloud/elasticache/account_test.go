package elasticache

import (
	"context"
	"crypto/tls"
	"net"
	"strconv"
	"syscall"
	"testing"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
	"github.com/stretchr/testify/require"

	"myclothes/local/cloud/aws"
	"myclothes/local/cloud/cloudtest"
	"myclothes/local/cloud/datastore"
	"myclothes/local/cloud/ec2"
)

const testToken = "0123456789abcdefTOKEN"

func testCache() ReplicationGroup {
	return ReplicationGroup{
		Engine:                   "valkey",
		EngineVersion:            "8.0",
		Port:                     16379,
		NumCacheClusters:         3,
		AutomaticFailoverEnabled: true,
		MultiAZEnabled:           true,
		TransitEncryptionEnabled: true,
		AuthToken:                testToken,
		ParameterGroupName:       "cache-parameters",
		SubnetGroupName:          "cache-subnets",
		SecurityGroupIDs:         []string{"sg-data"},
		ApplyImmediately:         true,
	}
}

// cacheAccount is a VPC with a subnet group for caches.
type cacheAccount struct {
	*cloudtest.VPC
	*ElastiCache
}

func newCacheAccount(t *testing.T) *cacheAccount {
	t.Helper()
	v := cloudtest.NewVPC(t)
	a := &cacheAccount{v, New(v.Host, v.Network)}
	t.Cleanup(func() { require.NoError(t, a.ReplicationGroups.Close(context.Background())) })
	cloudtest.Declare(t, a.SubnetGroups, "cache-subnets", datastore.SubnetGroup{SubnetIDs: cloudtest.DataSubnets})
	return a
}

// component returns the one component of a kind.
func (a *cacheAccount) component(kind string) aws.Component {
	a.Helper()
	return cloudtest.ComponentOf(a.T, a.ReplicationGroups.Report(), kind)
}

// declareCache declares a cache and returns clients of its two endpoints.
func declareCache(a *cacheAccount, spec ReplicationGroup) (primary, reader *redis.Client) {
	a.Helper()
	cloudtest.Declare(a.T, a.ParameterGroups, "cache-parameters", datastore.ParameterGroup{Parameters: []datastore.Parameter{
		{Name: "maxmemory-policy", Value: "volatile-lru"}, {Name: "close-on-replica-write", Value: "yes"},
	}})
	outputs := cloudtest.Declare(a.T, a.ReplicationGroups, "sessions", spec)
	return a.client(a.App, spec, outputs["primaryEndpointAddress"]), a.client(a.App, spec, outputs["readerEndpointAddress"])
}

func (a *cacheAccount) client(from *ec2.Interface, spec ReplicationGroup, host any) *redis.Client {
	options := &redis.Options{
		Addr:                     net.JoinHostPort(host.(string), strconv.Itoa(spec.Port)),
		Password:                 spec.AuthToken,
		MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
		Dialer: func(ctx context.Context, network, address string) (net.Conn, error) {
			return cloudtest.Dialer(from).DialContext(ctx, network, address)
		},
	}
	if spec.TransitEncryptionEnabled {
		roots := a.Trust()
		roots.ServerName = host.(string)
		options.Dialer = (&tls.Dialer{NetDialer: cloudtest.Dialer(from), Config: roots}).DialContext
	}
	client := redis.NewClient(options)
	a.Cleanup(func() { _ = client.Close() })
	return client
}

// failOver kills the primary and waits until the cache is whole again.
func (a *cacheAccount) failOver(primary *redis.Client) {
	a.Helper()
	replicas := cloudtest.CountHealthy(a.ReplicationGroups.Report(), "cache replica")
	require.NoError(a, syscall.Kill(a.component("cache primary").PID, syscall.SIGKILL))
	cloudtest.Eventually(a.T, "the cache takes writes again", func() bool {
		return primary.Set(a.Context(), "after", "failover", 0).Err() == nil
	})
	cloudtest.Eventually(a.T, "the cache is whole again", func() bool {
		return cloudtest.CountHealthy(a.ReplicationGroups.Report(), "cache replica") == replicas
	})
}
