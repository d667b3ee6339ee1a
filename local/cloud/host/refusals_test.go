package host

import (
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"myclothes/local/cloud/aws"
)

func TestRefusalsAreToldOnceASecondWithTheirNumber(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := &Host{Log: slog.New(slog.DiscardHandler), Events: &aws.Events{}}
		refusals := h.Refusals("dynamodb", 443, "the security groups")
		for range 5 {
			refusals.Add("i-stranger")
		}
		time.Sleep(time.Second)
		refusals.Add("i-stranger")
		var told []string
		for _, e := range h.Events.After(0) {
			require.Equal(t, aws.ConnectionRefused, e.Kind)
			require.Equal(t, "i-stranger", e.Subject)
			told = append(told, e.Detail)
		}
		require.Equal(t, []string{"to dynamodb port 443, ×1", "to dynamodb port 443, ×5"}, told)
	})
}
