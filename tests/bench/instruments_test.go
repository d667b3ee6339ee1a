package bench

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	vegeta "github.com/tsenart/vegeta/v12/lib"
)

// These tests hold the instruments to what they say, without a load that is worth the name.

func TestTheMedianIsTheRunInTheMiddle(t *testing.T) {
	t.Parallel()
	k := kind{"x", "add", 1}
	f := newFigures()
	f.runs[k] = []result{{Requests: 30, Micros: 1e6}, {Requests: 10, Micros: 1e6}, {Requests: 20, Micros: 1e6}}
	require.EqualValues(t, 20, f.median(k).Requests)
}

func TestResultsAreReadFromWhatWrkPrints(t *testing.T) {
	t.Parallel()
	r, err := parseResult([]byte("Running 1s test\n\nRESULT {\"requests\":100,\"micros\":500000,\"p50\":7,\"p99\":9,\"errors\":1}\n"))
	require.NoError(t, err)
	require.Equal(t, result{Requests: 100, Micros: 500000, P50: 7, P99: 9, Errors: 1}, r)
	require.InDelta(t, 200, r.perSecond(), 0)
	_, err = parseResult([]byte("wrk: cannot connect"))
	require.ErrorContains(t, err, "cannot connect")
}

func TestProcessorTimeIsReadWhateverTheProgramIsCalled(t *testing.T) {
	t.Parallel()
	cpu, err := parseStat([]byte("42 (a) R (b) S 1 42 42 0 -1 4194304 9 8 7 6 150 50 5 4 20 0 9 0 100 1 1"))
	require.NoError(t, err)
	require.Equal(t, 2*time.Second, cpu)
	_, err = parseStat([]byte("42 (a) S 1"))
	require.Error(t, err)
}

func TestProcessorTimeIsThatOfTheProcess(t *testing.T) {
	t.Parallel()
	var used syscall.Rusage
	require.NoError(t, syscall.Getrusage(syscall.RUSAGE_SELF, &used))
	if cpuOf(os.Getpid()) == 0 && used.Utime.Sec > 0 {
		t.Skip("this system has no /proc")
	}
	before := cpuOf(os.Getpid())
	for deadline := time.Now().Add(time.Minute); since(before, os.Getpid()) < 200*time.Millisecond; {
		require.True(t, time.Now().Before(deadline), "busy, and no processor time passes")
	}
	var after syscall.Rusage
	require.NoError(t, syscall.Getrusage(syscall.RUSAGE_SELF, &after))
	taken := time.Duration(after.Utime.Nano() + after.Stime.Nano() - used.Utime.Nano() - used.Stime.Nano())
	require.GreaterOrEqual(t, taken, 180*time.Millisecond)
}

func TestLatencyCountsFromWhenARequestWasDue(t *testing.T) {
	t.Parallel()
	log := filepath.Join(t.TempDir(), "log")
	require.NoError(t, os.WriteFile(log, nil, 0o600))
	const stall = 300 * time.Millisecond
	var seen atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		if seen.Add(1) == 50 {
			time.Sleep(stall) // what is measured
		}
	}))
	t.Cleanup(server.Close)
	r := &running{url: server.URL, log: log, cookies: []string{"a=b"}}
	run := r.atRate(t, kind{"x", "read", usual}, 200, time.Second, vegeta.MaxWorkers(1)) // so that the next one is sent late
	require.EqualValues(t, 200, seen.Load())
	require.GreaterOrEqual(t, run.longest, stall-10*time.Millisecond)
	require.GreaterOrEqual(t, run.p99, stall/2, "those that came due meanwhile waited too")
	require.Less(t, run.p50, run.longest)
}

func TestTheReportComparesWithTheFloorAndThePeers(t *testing.T) {
	t.Parallel()
	f := newFigures()
	f.redis = map[string]float64{ours: 100, scs: 400, express: 300}
	for c, perSecond := range map[string]int64{floor: 1000, ours: 900, acknowledged: 600, renewedScs: 300, express: 300} {
		for _, operation := range operations {
			for _, n := range connections {
				f.runs[kind{c, operation, n}] = []result{{
					Requests: perSecond, Micros: 1e6, P50: 1000, P99: 2500,
					ServiceCPU: 90 * time.Millisecond, RedisCPU: 18 * time.Millisecond,
				}}
			}
		}
	}
	f.steady = []steadyRun{{kind: kind{ours, "add", usual}, rate: 1000, reached: 999.6, p50: time.Millisecond, p99: 2 * time.Millisecond, p999: 3 * time.Millisecond, longest: 4 * time.Millisecond, behind: 100 * time.Microsecond}}
	report := f.report()
	for _, line := range []string{
		"| elasticache | 50 | 900 | 0.90 | 3.00 | 3.00 | 1.00 / 2.50 | 100 / 20 | – |",
		"| elasticache | add | 1000 | 1000 | 0 | 1.00 | 2.00 | 3.00 | 4.00 | 0.10 |",
		"| elasticache, add at 50 connections, over floor | 0.90 | at least 0.80 | met |",
		"| elasticache, acknowledged, add at 50 connections, over elasticache | 0.67 | at least 0.75 | short |",
		"| elasticache, read at 50 connections, over express | 3.00 | at least 5.00 | short |",
		"| elasticache, read at 1 connection, over floor | 0.90 | at least 0.70 | met |",
		"| bytes of a cart in Redis over the better peer | 0.33 | at most 0.50 | met |",
	} {
		require.Contains(t, report, line)
	}
	delete(f.runs, kind{floor, "add", usual})
	require.Contains(t, f.report(), "over floor | NaN | at least 0.80 | not measured |")
}
