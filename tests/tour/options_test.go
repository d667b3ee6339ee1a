package main

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestEveryTwoValuesMeetOnTheTour(t *testing.T) {
	t.Parallel()
	met := map[pair]bool{}
	chosen := pairwise(options)
	for _, c := range chosen {
		for _, p := range c.pairs() {
			met[p] = true
		}
	}
	for _, c := range product(options) {
		for _, p := range c.pairs() {
			require.True(t, met[p], "%v", p)
		}
	}
	require.Less(t, len(chosen), 20, "that many stops take a quarter of an hour")
	require.Equal(t, chosen, pairwise(options), "the tour is the same every time")
}

func TestAStopNamesItsSettings(t *testing.T) {
	t.Parallel()
	require.Equal(t,
		[]string{"aws:region=us-east-1", "minInstances=4", "cartStore=cookie", "stickiness=none", "natGateways=none",
			"certificateArn=arn:aws:acm:us-east-1:000000000000:certificate/1-2-3", "availabilityZones=4"},
		combination{"cookie", "none", "none", certificate, "4"}.settings())
}
