package redis

import (
	"io"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// endpoint is a stable address in front of a server that changes; open connections stay where they are.
type endpoint struct {
	address string
	target  atomic.Pointer[string]
	delay   atomic.Int64 // nanoseconds that every answer takes longer
	opened  atomic.Int64 // connections so far

	listener net.Listener
	mu       sync.Mutex
	open     map[net.Conn]bool
}

func newEndpoint(t *testing.T, target string) *endpoint {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	e := &endpoint{address: listener.Addr().String(), listener: listener, open: map[net.Conn]bool{}}
	t.Cleanup(func() { e.refuse(); e.cut() })
	e.target.Store(&target)
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			e.opened.Add(1)
			go e.forward(client)
		}
	}()
	return e
}

func (e *endpoint) forward(client net.Conn) {
	server, err := net.Dial("tcp", *e.target.Load())
	if err != nil {
		client.Close()
		return
	}
	e.mu.Lock()
	e.open[client] = true
	e.mu.Unlock()
	go func() {
		io.Copy(server, client)
		server.Close()
	}()
	e.answer(client, server)
	e.mu.Lock()
	delete(e.open, client)
	e.mu.Unlock()
	client.Close()
}

func (e *endpoint) answer(client, server net.Conn) {
	buffer := make([]byte, 64<<10)
	for {
		n, err := server.Read(buffer)
		time.Sleep(time.Duration(e.delay.Load()))
		if _, writeErr := client.Write(buffer[:n]); err != nil || writeErr != nil {
			return
		}
	}
}

// startTalker starts a server that says the same to everything, and returns its address.
func startTalker(t *testing.T, answer string) (address string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer client.Close()
				for buffer := make([]byte, 1024); ; client.Write([]byte(answer)) {
					if _, err := client.Read(buffer); err != nil {
						return
					}
				}
			}()
		}
	}()
	return listener.Addr().String()
}

// refuse makes the endpoint take no new connections.
func (e *endpoint) refuse() { e.listener.Close() }

// cut ends all connections.
func (e *endpoint) cut() {
	e.mu.Lock()
	defer e.mu.Unlock()
	for conn := range e.open {
		conn.Close()
	}
}

// flap cuts all connections every few milliseconds until the test ends, and refuses new ones half of the time.
func (e *endpoint) flap(t *testing.T) {
	t.Helper()
	stop := make(chan struct{})
	var flapping sync.WaitGroup
	t.Cleanup(func() { close(stop); flapping.Wait() })
	nobody := "127.0.0.1:1"
	targets := []*string{e.target.Load(), &nobody}
	flapping.Go(func() {
		for i := 0; ; i++ {
			e.target.Store(targets[i%2])
			e.cut()
			select {
			case <-stop:
				return
			case <-time.After(20 * time.Millisecond):
			}
		}
	})
}
