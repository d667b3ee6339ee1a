package main

import (
	"flag"
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/infra/guards/cost"
)

func TestTheFlagsOfACostAreChecked(t *testing.T) {
	t.Parallel()
	parse := func(arguments ...string) (priced, error) {
		var p priced
		flags := flag.NewFlagSet("cost", flag.ContinueOnError)
		flags.SetOutput(io.Discard)
		p.flags(flags)
		return p, flags.Parse(arguments)
	}
	p, err := parse("-usage", "requests=5e6", "-usage", "outGB=7", "-format", "json")
	require.NoError(t, err)
	require.Equal(t, cost.Usage{"requests": 5e6, "outGB": 7}, p.usage)
	_, err = parse("-usage", "visitors=5")
	require.ErrorContains(t, err, "known: requests")
	_, err = parse("-format", "xml")
	require.ErrorContains(t, err, "text, markdown or json")
}
