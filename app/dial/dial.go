// Package dial makes the connections of the service: from the instance's own address, and trusting the
// machine's certificate authorities.
package dial

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/netip"
	"os"
	"time"
)

const (
	connectTimeout = 2 * time.Second
	keepAlive      = 15 * time.Second // a peer that vanished without a word is noticed after about a minute
)

// From returns a dialer whose connections start at the address, or where the kernel likes if it is invalid.
func From(address netip.Addr) *net.Dialer {
	d := &net.Dialer{Timeout: connectTimeout, KeepAlive: keepAlive}
	if address.IsValid() {
		d.LocalAddr = net.TCPAddrFromAddrPort(netip.AddrPortFrom(address, 0))
	}
	return d
}

// TLS returns the client configuration to verify the host by the machine's authorities and those in
// extra (PEM; may be empty).
func TLS(host string, extra []byte) (*tls.Config, error) {
	roots, err := x509.SystemCertPool()
	if err != nil {
		return nil, fmt.Errorf("read the machine's certificate authorities: %w", err)
	}
	// On Linux the system pool is read from SSL_CERT_FILE already; macOS ignores the variable.
	if file := os.Getenv("SSL_CERT_FILE"); file != "" {
		pem, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("read SSL_CERT_FILE: %w", err)
		}
		roots.AppendCertsFromPEM(pem)
	}
	if len(bytes.TrimSpace(extra)) > 0 && !roots.AppendCertsFromPEM(extra) {
		return nil, fmt.Errorf("no certificate in the extra authorities for %s", host)
	}
	return &tls.Config{ServerName: host, RootCAs: roots, MinVersion: tls.VersionTLS12}, nil
}

// Func opens a connection; net.Dialer.DialContext and tls.Dialer.DialContext are of this type.
type Func func(ctx context.Context, network, address string) (net.Conn, error)
