package tests

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/infra/guards"
)

func TestExactlyThePermittedFlowsAreOpen(t *testing.T) {
	t.Parallel()
	usual := []string{
		"groups-alb groups-app:8080", "groups-app groups-cache:6379", "groups-app groups-database:5432",
		"groups-app network-s3:443", "internet groups-alb:80",
	}
	for name, more := range map[string][]string{
		"dev":      {"groups-app internet:443"},
		"rung 1":   {"groups-app internet:443"},
		"no NAT":   {"groups-app groups-endpoints:443"},
		"dynamodb": {"groups-app internet:443", "groups-app network-dynamodb:443"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, m := range []mode{update, preview} {
				require.ElementsMatch(t, append(slices.Clone(usual), more...), flows(evaluate(t, m, configurations[name])))
			}
		})
	}
}

func TestWithACertificateBothPortsOfTheLoadBalancerAreOpen(t *testing.T) {
	t.Parallel()
	require.Contains(t, flows(evaluate(t, update, configurations["https"])), "internet groups-alb:80,443")
}

// flows are the flows of a graph as text.
func flows(g graph) (all []string) {
	for _, flow := range guards.Flows(g) {
		all = append(all, fmt.Sprint(flow))
	}
	return all
}
