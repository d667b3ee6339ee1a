package observe

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"myclothes/app/apptest"
)

func TestTheAccessLogIsThinnedAndFailuresAreNot(t *testing.T) {
	t.Parallel()
	const many = 100
	logs := &apptest.Log{}
	o := New(Config{
		Log:      slog.New(slog.NewJSONHandler(logs, nil)),
		Requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "requests"}, []string{"route", "code"}),
	})
	o.access.limit = 1
	mux := http.NewServeMux()
	mux.HandleFunc("GET /works", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("GET /fails", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) })
	service := o.Handler(mux)
	for range many {
		for _, path := range []string{"/works", "/fails"} {
			service.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", path, nil))
		}
	}
	logged, failed, leftOut := 0, 0, 0.
	for text := range strings.Lines(logs.String()) {
		var line map[string]any
		require.NoError(t, json.Unmarshal([]byte(text), &line))
		if line["status"] == 503. {
			failed++
			continue
		}
		logged++
		more, _ := line["leftOut"].(float64)
		leftOut += more
	}
	require.Equal(t, many, failed, "every failure")
	require.Less(t, logged, many)
	require.Equal(t, float64(many), float64(logged)+leftOut+float64(o.access.leftOut.Load()))
}

func TestAThinnerLetsSoManyThroughInASecondAndSaysHowManyItLeftOut(t *testing.T) {
	t.Parallel()
	lines, now := thinner{limit: 3}, time.Unix(1000, 0)
	for i := range 10 {
		leftOut, ok := lines.pass(now)
		require.Equal(t, i < 3, ok)
		require.Zero(t, leftOut)
	}
	leftOut, ok := lines.pass(now.Add(time.Second))
	require.True(t, ok)
	require.EqualValues(t, 7, leftOut)
	leftOut, ok = lines.pass(now.Add(time.Second))
	require.True(t, ok)
	require.Zero(t, leftOut)
}

func TestAClockThatIsSetBackDoesNotThinTheLog(t *testing.T) {
	t.Parallel()
	lines, now := thinner{limit: 1}, time.Unix(10000, 0)
	for range 10 {
		_, ok := lines.pass(now)
		require.True(t, ok, "one line a second")
		now = now.Add(-time.Second)
	}
}
