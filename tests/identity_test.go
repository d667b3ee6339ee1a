package tests

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/infra/guards"
)

// urns lists the URNs of a graph, which are its resources' identities in the state, less
// stack and project.
func urns(g graph) (all []string) {
	for _, r := range g {
		all = append(all, strings.TrimPrefix(r.URN, "urn:pulumi:"+stack+"::"+project+"::"))
	}
	return all
}

func TestPreviewRegistersWhatUpdateRegisters(t *testing.T) {
	everyConfiguration(t, func(t *testing.T, s settings, g graph) {
		require.Equal(t, urns(g), urns(evaluate(t, preview, s)))
	})
}

// A renamed or moved resource is deleted and made again, data included, unless it has an
// alias. This test is where such a change shows, in whatever configuration.
func TestResourcesKeepTheirIdentity(t *testing.T) {
	t.Parallel()
	in := map[string][]string{}
	for _, name := range slices.Sorted(maps.Keys(configurations)) {
		for _, urn := range urns(evaluate(t, update, configurations[name])) {
			in[urn] = append(in[urn], name)
		}
	}
	var lines strings.Builder
	for _, urn := range slices.Sorted(maps.Keys(in)) {
		where := strings.Join(in[urn], ", ")
		if len(in[urn]) == len(configurations) {
			where = "all"
		}
		lines.WriteString(urn + " [" + where + "]\n")
	}
	golden(t, "resources.golden", lines.String())
}

// The engine finds a resource in the state by what it was called before, too.
func TestTheGraphKnowsFormerURNs(t *testing.T) {
	t.Parallel()
	balancer := the(t, evaluate(t, update, base()), guards.LoadBalancer)
	require.Contains(t, balancer.Aliases, strings.Replace(balancer.URN, "aws:lb/", "aws:elasticloadbalancingv2/", 1))
}
