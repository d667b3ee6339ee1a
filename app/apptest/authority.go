package apptest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Authority is a certificate authority with one server certificate, for 127.0.0.1.
type Authority struct {
	Bundle            string // PEM file of the authority
	CertFile, KeyFile string // PEM files of the server, readable by the servers' user only
}

// NewAuthority makes an authority that lives as long as the test.
func NewAuthority(tb testing.TB) Authority {
	tb.Helper()
	dir, err := newDir()
	require.NoError(tb, err)
	tb.Cleanup(func() { os.RemoveAll(dir) })
	require.NoError(tb, os.Chmod(dir, 0o755))

	ca := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Test authority"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	caKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(tb, err)
	caDER, err := x509.CreateCertificate(rand.Reader, ca, ca, &caKey.PublicKey, caKey)
	require.NoError(tb, err)

	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "Test server"}, NotBefore: ca.NotBefore, NotAfter: ca.NotAfter,
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(tb, err)
	der, err := x509.CreateCertificate(rand.Reader, leaf, ca, &key.PublicKey, caKey)
	require.NoError(tb, err)
	keyDER, err := x509.MarshalECPrivateKey(key)
	require.NoError(tb, err)

	a := Authority{Bundle: dir + "/ca.pem", CertFile: dir + "/server.pem", KeyFile: dir + "/server.key"}
	writePEM(tb, a.Bundle, "CERTIFICATE", caDER)
	writePEM(tb, a.CertFile, "CERTIFICATE", der)
	writePEM(tb, a.KeyFile, "EC PRIVATE KEY", keyDER)
	return a
}

// Roots is who to believe, for a client of the server.
func (a Authority) Roots(tb testing.TB) *x509.CertPool {
	tb.Helper()
	bundle, err := os.ReadFile(a.Bundle)
	require.NoError(tb, err)
	roots := x509.NewCertPool()
	require.True(tb, roots.AppendCertsFromPEM(bundle))
	return roots
}

func writePEM(tb testing.TB, file, kind string, der []byte) {
	tb.Helper()
	mode := os.FileMode(0o644)
	if kind != "CERTIFICATE" {
		mode = 0o600
	}
	require.NoError(tb, os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), mode))
	require.NoError(tb, own(file))
}
