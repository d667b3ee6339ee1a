package provider

import (
	"testing"

	"myclothes/local/provider/modelled"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAnInputIsModelledOrWithoutEffectAndNotBoth(t *testing.T) {
	t.Parallel()
	for typ, inputs := range withoutEffect {
		l, known := listingOf(typ)
		require.True(t, known, "%s is no kind", typ)
		for input, why := range inputs {
			require.NotEmpty(t, why, "%s: %s", typ, input)
			for _, path := range l.Modelled {
				assert.False(t, modelled.Covers(input, path) || modelled.Covers(path, input), "%s: %s is modelled now: take it from withoutEffect", typ, input)
			}
		}
	}
}

func TestWhatAServiceTakesIsModelled(t *testing.T) {
	t.Parallel()
	for typ, inputs := range map[string][]string{
		"aws:lb/listener:Listener":                   {"port", "defaultActions.redirect.statusCode", "defaultActions.forward.targetGroups.weight"},
		"aws:autoscaling/group:Group":                {"name", "instanceRefresh.preferences.instanceWarmup"},
		"aws:ec2/route:Route":                        {"routeTableId"},
		"random:index/randomPassword:RandomPassword": {"length"},
	} {
		l, _ := listingOf(typ)
		for _, input := range inputs {
			require.Contains(t, l.Modelled, input)
		}
	}
}
