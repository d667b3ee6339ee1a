package server

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAnInstanceIsUnhealthyAndSaysWhyUntilItIsOpenedForGood(t *testing.T) {
	t.Parallel()
	health := &Health{}
	f := newFixture(t, func(cfg *Config) { cfg.Health = health })
	health.WaitFor("the database")
	answer, text := f.do("GET", "/healthz", "")
	require.Equal(t, 503, answer.StatusCode)
	require.Equal(t, "waiting for the database", strings.TrimSpace(text))
	health.Open()
	health.WaitFor("something else")
	answer, text = f.do("GET", "/healthz", "")
	require.Equal(t, 200, answer.StatusCode)
	require.Equal(t, "ok\n", text)
}
