package api

import (
	"context"
	"encoding/base64"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"myclothes/local/cloud/ec2"
)

// dialTimeout is how long a connection to the internet may take to come about.
const dialTimeout = 10 * time.Second

// servePassage opens the way of instances to the internet: an HTTP proxy that their
// environment names, because a process of this machine has the machine's own routes
// otherwise. The network decides who gets where. A program that does not go by HTTP_PROXY
// and HTTPS_PROXY is not asked anything: this shows mistakes, it is no sandbox.
func (a *API) servePassage(address netip.Addr) error {
	listener, err := net.Listen("tcp4", netip.AddrPortFrom(address, 0).String())
	if err != nil {
		return err
	}
	server := &http.Server{Handler: http.HandlerFunc(a.pass), ReadHeaderTimeout: 5 * time.Second}
	a.servers, a.proxy = append(a.servers, server), listener.Addr().String()
	go func() { _ = server.Serve(listener) }()
	return nil
}

// passage is the proxy's URL for who has an access key: connections to it do not start at
// the instance's address unless the program sees to that.
func (a *API) passage(accessKey string) string { return "http://" + accessKey + ":instance@" + a.proxy }

// pass carries out one request to the internet, or connects to it.
func (a *API) pass(w http.ResponseWriter, r *http.Request) {
	by, ok := a.passing(r)
	if !ok {
		w.Header().Set("Proxy-Authenticate", "Basic")
		http.Error(w, "whose request is it?", http.StatusProxyAuthRequired)
		return
	}
	if r.Method == http.MethodConnect {
		a.connect(by.from, w, r)
		return
	}
	transport := &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, address string) (net.Conn, error) {
		return a.dialOut(ctx, by.from, address)
	}}
	proxy := httputil.ReverseProxy{
		Rewrite:      func(p *httputil.ProxyRequest) { p.Out.Header.Del("Proxy-Authorization") },
		Transport:    transport,
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, err error) { refuse(w, err) },
	}
	proxy.ServeHTTP(w, r)
}

// passing finds the instance behind a request, by the access key in its credentials.
func (a *API) passing(r *http.Request) (interfaceCaller, bool) {
	encoded, _ := strings.CutPrefix(r.Header.Get("Proxy-Authorization"), "Basic ")
	text, _ := base64.StdEncoding.DecodeString(encoded)
	accessKey, _, _ := strings.Cut(string(text), ":")
	a.mu.RLock()
	defer a.mu.RUnlock()
	by, ok := a.callers[accessKey]
	return by, ok
}

// connect joins a client with an address of the internet until one of them, or the API,
// ends it.
func (a *API) connect(from *ec2.Interface, w http.ResponseWriter, r *http.Request) {
	there, err := a.dialOut(r.Context(), from, r.Host)
	if err != nil {
		refuse(w, err)
		return
	}
	client, buffered, err := w.(http.Hijacker).Hijack()
	if err != nil {
		_ = there.Close()
		return
	}
	end := func() {
		_ = client.Close()
		_ = there.Close()
	}
	defer end()
	defer context.AfterFunc(a.closed, end)()
	if _, err := io.WriteString(client, "HTTP/1.1 200 Connection established\r\n\r\n"); err != nil {
		return
	}
	go func() {
		_, _ = io.Copy(there, buffered)
		_ = there.(*net.TCPConn).CloseWrite() // it may still answer
	}()
	_, _ = io.Copy(client, there)
}

// dialOut connects to a host and port of the internet, if the network lets the interface.
func (a *API) dialOut(ctx context.Context, from *ec2.Interface, address string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	host, text, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	port, err := strconv.ParseUint(text, 10, 16)
	if err != nil {
		return nil, err
	}
	found, err := net.DefaultResolver.LookupNetIP(ctx, "ip4", host)
	if err != nil {
		return nil, err
	}
	conn, err := a.network.DialOut(ctx, from, netip.AddrPortFrom(found[0].Unmap(), uint16(port)))
	if errors.Is(err, ec2.ErrRefused) || errors.Is(err, ec2.ErrNoRoute) {
		a.host.Log.Warn("connection to the internet refused", "from", from.Owner, "to", address, "because", err)
	}
	return conn, err
}

// refuse says why a connection did not come about. On AWS nobody would say it: the
// connection times out.
func refuse(w http.ResponseWriter, err error) {
	status := http.StatusBadGateway
	if errors.Is(err, ec2.ErrRefused) || errors.Is(err, ec2.ErrNoRoute) {
		status = http.StatusForbidden
	}
	http.Error(w, err.Error(), status)
}
