package tests

import (
	"fmt"
	"maps"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/workspace"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"myclothes/infra/guards"
)

// option is what the values of a config key are drawn from. Legal ones are legal alone; together with
// others they may be refused. Illegal ones always are.
type option struct {
	legal   *rapid.Generator[string]
	illegal []string
}

// integer draws legal values from least to most, which need not be all there are, and
// illegal ones around all that are accepted.
func integer(least, most, acceptedLeast, acceptedMost int) option {
	legal := rapid.Map(rapid.IntRange(least, most), strconv.Itoa)
	return option{legal, []string{strconv.Itoa(acceptedLeast - 1), strconv.Itoa(acceptedMost + 1), "three", "2.5", "9223372036854775808"}}
}

func sampled(illegal []string, legal ...string) option {
	return option{rapid.SampledFrom(legal), illegal}
}

// networks draws networks of a VPC, those that are large enough more often.
var networks = rapid.Custom(func(t *rapid.T) string {
	bits := rapid.SampledFrom([]int{16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 28}).Draw(t, "bits")
	octets := rapid.SliceOfN(rapid.Byte(), 3, 3).Draw(t, "octets")
	return netip.PrefixFrom(netip.AddrFrom4([4]byte{10, octets[0], octets[1], octets[2]}), bits).Masked().String()
})

// options are those of every config key.
var options = map[string]option{
	"cartStore":               sampled([]string{"memcached", "Instance"}, "instance", "cookie", "elasticache", "dynamodb"),
	"stickiness":              sampled([]string{"lbCookie", "sticky"}, "none", "lb_cookie", "app_cookie"),
	"stickinessSeconds":       integer(1, 604800, 1, 604800),
	"sessionTtlHours":         integer(1, 8760, 1, 8760),
	"sessionLimitDays":        integer(0, 3650, 0, 3650),
	"newSessionsPerClient":    integer(0, 1000000, 0, 1000000),
	"cookieKeys":              sampled([]string{"1,1", "0", "a", "1,2,3,4,5", "10000", "1;2"}, "1", "1,2", "2, 1", "3,2,1", "9999"),
	"availabilityZones":       {rapid.SampledFrom([]string{"2", "2", "3", "3", "4"}), []string{"0", "1", "7", "two"}}, // the mocked region has three
	"vpcCidr":                 {networks, []string{"10.0.0.1/16", "10.0.0.0/8", "10.0.0.0/29", "10.0.0.0", "2001:db8::/32", "anywhere"}},
	"natGateways":             sampled([]string{"OnePerAz", "two"}, "none", "single", "onePerAz"),
	"certificateArn":          sampled([]string{"arn:aws:iam::1:server-certificate/x", "certificate"}, "arn:aws:acm:eu-west-1:123456789012:certificate/1-2-3"),
	"minInstances":            integer(1, 6, 1, 1000),
	"maxInstances":            integer(3, 40, 1, 1000),
	"instanceType":            sampled([]string{"small", "mac2.metal", "t4g", "T4G.small"}, "t4g.small", "t3.small", "m7i.large", "a1.medium", "c6gd.2xlarge", "u7i-12tb.224xlarge"),
	"amiId":                   sampled([]string{"ami", "ami-0123", "ami-0123456789ABCDEF0"}, "ami-01234567", "ami-0123456789abcdef0"),
	"permissionsBoundaryArn":  sampled([]string{"limit", "arn:aws:iam::123456789012:role/limit", "arn:aws:iam::1:policy/limit"}, "arn:aws:iam::123456789012:policy/limit", "arn:aws:iam::aws:policy/ReadOnlyAccess"),
	"instanceWarmupSeconds":   integer(180, 3600, 0, 3600),
	"healthCheckGraceSeconds": integer(0, 600, 0, 3600),
	"deregistrationSeconds":   integer(10, 3600, 10, 3600),
	"targetCpuPercent":        integer(10, 90, 10, 90),
	"targetRequestsPerMinute": integer(1, 1000000, 1, 1000000),
	"appPort":                 integer(1024, 65535, 1024, 65535),
	"adminPort":               integer(1024, 65535, 1024, 65535),
	"cachePort":               integer(1024, 65535, 1024, 65535),
	"cacheNodeType":           sampled([]string{"t4g.small", "cache.t4g"}, "cache.t4g.micro", "cache.r7g.12xlarge"),
	"cacheReplicas":           integer(0, 5, 0, 5),
	"cartDurability":          sampled([]string{"eventual", "Strict"}, "fast", "replicated", "strict"),
	"databasePort":            integer(1150, 65535, 1150, 65535),
	"databaseInstanceClass":   sampled([]string{"t4g.small", "db.t4g"}, "db.t4g.micro", "db.t4g.medium", "db.m7g.large", "db.r7g.24xlarge", "db.x2g.large"),
	"databaseEngineVersion":   sampled([]string{"13", "17.4.1", "postgres17"}, "14", "15.4", "17", "17.4", "19"),
	"databaseStorageGb":       integer(20, 200, 20, 65536),
	"databaseMaxStorageGb":    integer(20, 65536, 20, 65536),
	"databaseMultiAz":         sampled([]string{"yes", "2"}, "true", "false"),
	"readReplicas":            integer(0, 15, 0, 15),
	"backupRetentionDays":     integer(0, 35, 0, 35),
	"deletionProtection":      sampled([]string{"on", "2"}, "true", "false"),
	"applyImmediately":        sampled([]string{"now", "2"}, "true", "false"),
}

func TestEveryConfigKeyIsDrawn(t *testing.T) {
	t.Parallel()
	declared, err := workspace.LoadProject("../Pulumi.yaml")
	require.NoError(t, err)
	require.ElementsMatch(t, slices.Collect(maps.Keys(declared.Config)), slices.Collect(maps.Keys(options)))
}

// drawSettings draws a value for about every third key; those of some are illegal, which it
// names.
func drawSettings(t *rapid.T) (s settings, illegal []string) {
	s = settings{}
	wrong := rapid.SampledFrom([]int{0, 0, 0, 1, 2}).Draw(t, "how many are illegal")
	for _, key := range rapid.Permutation(slices.Sorted(maps.Keys(options))).Draw(t, "keys")[:rapid.IntRange(0, len(options)/2).Draw(t, "how many")] {
		if len(illegal) < wrong {
			s[key] = rapid.SampledFrom(options[key].illegal).Draw(t, key)
			illegal = append(illegal, key)
			continue
		}
		s[key] = options[key].legal.Draw(t, key)
	}
	return s, illegal
}

// A tenth of the configurations; each part draws as many as the flag -rapid.checks says, by
// default 100. Ten thousand are drawn with -rapid.checks=1000.
const parts = 10

// Whatever is configured, it is refused with a reason before anything is registered, or
// everything that must be true of a stack is.
func TestAnyConfigurationIsRefusedForAReasonOrKeepsEveryRule(t *testing.T) {
	t.Parallel()
	var kept, refused, illegalOnes atomic.Int64
	t.Run("drawn", func(t *testing.T) {
		for part := range parts {
			t.Run(fmt.Sprint(part), func(t *testing.T) {
				t.Parallel()
				rapid.Check(t, func(r *rapid.T) {
					s, illegal := drawSettings(r)
					g, err := deploy(update, s)
					switch {
					case err != nil:
						requireRefusal(r, g, err, illegal)
						refused.Add(1)
						illegalOnes.Add(int64(len(illegal)))
					case len(illegal) > 0:
						r.Fatalf("illegal values of %v were accepted", illegal)
					default:
						if broken := guards.Check(g); len(broken) > 0 {
							r.Fatalf("broken rules: %v", broken)
						}
						requireDrawing(r, g)
						kept.Add(1)
					}
				})
			})
		}
	})
	t.Logf("%d configurations keep every rule, %d are refused, for %d illegal values among other reasons", kept.Load(), refused.Load(), illegalOnes.Load())
	require.Greater(t, kept.Load(), refused.Load()/4, "most of what is drawn must not be refused")
	require.Positive(t, illegalOnes.Load())
}

// reason is a problem as LoadConfig and what follows it report them.
var reason = regexp.MustCompile(project + `:(\w+): \S+ is not accepted; accepted: \S`)

// requireRefusal wants a reason with a key, one for every illegal value, and nothing registered.
func requireRefusal(r *rapid.T, g graph, err error, illegal []string) {
	var keys []string
	for _, found := range reason.FindAllStringSubmatch(err.Error(), -1) {
		keys = append(keys, found[1])
	}
	if len(keys) == 0 {
		r.Fatalf("refused without a reason: %v", err)
	}
	for _, key := range keys {
		if _, known := options[key]; !known {
			r.Fatalf("refused for %s, which is no key: %v", key, err)
		}
	}
	for _, key := range illegal {
		if !slices.Contains(keys, key) {
			r.Fatalf("the illegal %s is not among the reasons: %v", key, strings.ReplaceAll(err.Error(), "\n", "; "))
		}
	}
	if len(g) > 0 {
		r.Fatalf("%d resources were registered all the same", len(g))
	}
}
