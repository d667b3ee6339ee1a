package bench

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// result is one run of wrk.
type result struct {
	Requests             int64
	Micros               int64
	P50, P99             int64 // microseconds
	Errors               int64
	ServiceCPU, RedisCPU time.Duration `json:"-"` // processor time that the run took of them
}

func (r result) perSecond() float64 { return float64(r.Requests) / (float64(r.Micros) / 1e6) }

var resultLine = regexp.MustCompile(`(?m)^RESULT (.*)$`)

func parseResult(output []byte) (result, error) {
	found := resultLine.FindSubmatch(output)
	if found == nil {
		return result{}, fmt.Errorf("wrk printed no result:\n%s", output)
	}
	var r result
	err := json.Unmarshal(found[1], &r)
	return r, err
}

// load has wrk do one thing over that many connections. An answer other than 2xx or 3xx makes a run worthless: it is
// made again, and said.
func (r *running) load(b *testing.B, what string, connections int, duration time.Duration) result {
	b.Helper()
	const tries = 3
	for range tries {
		measured := r.loadOnce(b, what, connections, duration)
		if measured.Errors == 0 {
			return measured
		}
		fmt.Printf("%s %s with %d connections: %d of %d requests failed\n", r.name, what, connections, measured.Errors, measured.Requests)
	}
	require.FailNow(b, "requests fail", "%s %s with %d connections, %d runs in a row", r.name, what, connections, tries)
	return result{}
}

func (r *running) loadOnce(b *testing.B, what string, connections int, duration time.Duration) result {
	b.Helper()
	output, err := exec.Command("wrk", "-t1", "-c", strconv.Itoa(connections), "-d", duration.String(), "--timeout", "10s",
		"-s", "load.lua", r.url, "--", what, r.list).CombinedOutput()
	require.NoError(b, err, string(output))
	measured, err := parseResult(output)
	require.NoError(b, err)
	if measured.Errors > 0 {
		r.quoteLog(b)
	}
	require.NoError(b, os.Truncate(r.log, 0)) // a line a request adds up
	return measured
}

var failureLine = regexp.MustCompile(`(?m)^.*"(?:level":"(?:ERROR|WARN)|status":[45]\d\d).*$`)

// quoteLog prints the first line of the program's log that speaks of a failure.
func (r *running) quoteLog(b *testing.B) {
	b.Helper()
	text, err := os.ReadFile(r.log)
	require.NoError(b, err)
	fmt.Printf("%s\n", failureLine.Find(text))
}

var mallocsLine = regexp.MustCompile(`(?m)^go_memstats_mallocs_total (.*)$`)

// mallocs is how often the program has allocated so far; -1 if it does not say.
func (r *running) mallocs(b *testing.B) float64 {
	b.Helper()
	answer, err := http.Get(r.admin + "/metrics")
	require.NoError(b, err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	require.NoError(b, err)
	found := mallocsLine.FindSubmatch(text)
	if found == nil {
		return -1
	}
	n, err := strconv.ParseFloat(string(found[1]), 64)
	require.NoError(b, err)
	return n
}

// wire is the bytes of one request and its answer with a cart of three lines.
func (r *running) wire(b *testing.B, what string) (bytesOut, bytesIn int) {
	b.Helper()
	request := "GET /api/cart HTTP/1.1\r\nHost: shop.example\r\nCookie: " + r.cookies[0] + "\r\n\r\n"
	if what == "add" {
		body := `{"sku":"tee-ecru","quantity":1}`
		request = fmt.Sprintf("POST /api/cart/items HTTP/1.1\r\nHost: shop.example\r\nCookie: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
			r.cookies[0], len(body), body)
	}
	connection, err := net.Dial("tcp", r.host(b))
	require.NoError(b, err)
	defer connection.Close()
	_, err = io.WriteString(connection, request)
	require.NoError(b, err)
	var received bytes.Buffer
	answer, err := http.ReadResponse(bufio.NewReader(io.TeeReader(connection, &received)), nil)
	require.NoError(b, err)
	_, err = io.Copy(io.Discard, answer.Body)
	require.NoError(b, err)
	require.Equal(b, http.StatusOK, answer.StatusCode)
	return len(request), received.Len()
}

// bytesInRedis is what one session with a cart of three lines takes there, on average.
func (r *running) bytesInRedis(b *testing.B, s *stage) float64 {
	b.Helper()
	keys := s.redis.Do("KEYS", r.keys+"*").([]any)
	total, counted := 0.0, 0.0
	for _, key := range keys[:min(len(keys), 200)] {
		if strings.HasPrefix(key.(string), r.keys) {
			total += float64(s.redis.Do("MEMORY", "USAGE", key).(int64))
			counted++
		}
	}
	require.Positive(b, counted)
	return total / counted
}
