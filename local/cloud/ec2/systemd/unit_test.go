package systemd

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestAServiceIsStartedAgainAsItsUnitSays(t *testing.T) {
	t.Parallel()
	limited := Unit{Restart: RestartAlways, Burst: 3, Interval: 10 * time.Second}
	for name, c := range map[string]struct {
		unit   Unit
		failed bool
		recent int
		again  bool
	}{
		"always, also without a failure":    {Unit{Restart: RestartAlways}, false, 0, true},
		"always, however often":             {Unit{Restart: RestartAlways, Burst: 3}, true, 1000, true},
		"on failure, when it failed":        {Unit{Restart: RestartOnFailure}, true, 0, true},
		"on failure, when it did not":       {Unit{Restart: RestartOnFailure}, false, 0, false},
		"no":                                {Unit{Restart: RestartNo}, true, 0, false},
		"not declared":                      {Unit{}, true, 0, false},
		"always, below the limit of starts": {limited, true, 2, true},
		"always, with the limit reached":    {limited, true, 3, false},
	} {
		require.Equal(t, c.again, c.unit.startsAgain(c.failed, c.recent), name)
	}
}
