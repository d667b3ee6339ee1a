package main

import (
	"bufio"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// pipes is a listener whose connections are pipes, so that they work on the clock of a bubble.
type pipes chan net.Conn

func (p pipes) Accept() (net.Conn, error) {
	if conn, open := <-p; open {
		return conn, nil
	}
	return nil, net.ErrClosed
}

func (p pipes) Close() error   { return nil }
func (p pipes) Addr() net.Addr { return &net.UnixAddr{} }

// echo answers with what it was sent, or with 408 if that does not come.
func echo(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		w.WriteHeader(http.StatusRequestTimeout)
	}
	w.Write(body)
}

func serverOf(handler http.HandlerFunc) *http.Server {
	return newHTTPServer(handler, slog.New(slog.DiscardHandler))
}

// connect returns a connection to the server.
func connect(t *testing.T, server *http.Server) net.Conn {
	connections := make(pipes)
	go server.Serve(connections)
	ours, theirs := net.Pipe()
	connections <- theirs
	t.Cleanup(func() {
		ours.Close()
		close(connections)
		server.Close()
	})
	return ours
}

func post(t *testing.T, conn net.Conn, body string, length int) *http.Response {
	t.Helper()
	_, err := fmt.Fprintf(conn, "POST / HTTP/1.1\r\nHost: shop\r\nContent-Length: %d\r\n\r\n%s", length, body)
	require.NoError(t, err, "the connection is closed under the request")
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	require.NoError(t, err)
	answer, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.Equal(t, body, string(answer))
	return response
}

// A load balancer keeps a connection for 60 seconds, and may have made one before it has a request for it.
func TestAConnectionIsNotClosedUnderTheRequestsOfALoadBalancer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		conn := connect(t, serverOf(echo))
		for range 3 {
			time.Sleep(time.Minute)
			require.Equal(t, http.StatusOK, post(t, conn, "tee", 3).StatusCode)
		}
	})
}

func TestABodyThatDoesNotComeIsGivenUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		conn, before := connect(t, serverOf(echo)), time.Now()
		require.Equal(t, http.StatusRequestTimeout, post(t, conn, "tee", 4).StatusCode)
		require.LessOrEqual(t, time.Since(before), 15*time.Second)
	})
}

func TestAnOperatorsRequestTakesAsLongAsItWasAskedFor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		operators := serverOf(func(w http.ResponseWriter, r *http.Request) {
			select {
			case <-r.Context().Done():
			case <-time.After(time.Minute):
				fmt.Fprint(w, "profile")
			}
		})
		operators.WriteTimeout = longestProfile
		conn := connect(t, operators)
		_, err := fmt.Fprint(conn, "GET / HTTP/1.1\r\nHost: shop\r\n\r\n")
		require.NoError(t, err)
		response, err := http.ReadResponse(bufio.NewReader(conn), nil)
		require.NoError(t, err)
		answer, err := io.ReadAll(response.Body)
		require.NoError(t, err)
		require.Equal(t, "profile", string(answer))
	})
}
