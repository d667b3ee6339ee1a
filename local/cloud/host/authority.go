package host

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

// How long certificates live: far longer than a local cloud does.
const certificateLifetime = 365 * 24 * time.Hour

// Authority is the certificate authority of one cloud. It stands for the public
// and AWS's own ones, whose certificates a machine's trust store has.
type Authority struct {
	Certificate *x509.Certificate
	key         *ecdsa.PrivateKey // in memory only
	CAPath      string            // the certificate alone, PEM
	TrustPath   string            // with the machine's own trusted ones, for SSL_CERT_FILE
}

func newAuthority(dir string) (*Authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template := certificateTemplate("MyClothes local cloud")
	template.IsCA, template.BasicConstraintsValid = true, true
	template.KeyUsage = x509.KeyUsageCertSign
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, err
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	a := &Authority{certificate, key, filepath.Join(dir, "ca.pem"), filepath.Join(dir, "trust.pem")}
	ca := encodePEM("CERTIFICATE", der)
	return a, errors.Join(
		os.WriteFile(a.CAPath, ca, 0o644),
		os.WriteFile(a.TrustPath, append(systemRoots(), ca...), 0o644),
	)
}

func certificateTemplate(commonName string) *x509.Certificate {
	serial, _ := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	now := time.Now()
	return &x509.Certificate{
		SerialNumber: serial,
		Subject:      pkix.Name{CommonName: commonName},
		NotBefore:    now.Add(-time.Hour), // clocks differ
		NotAfter:     now.Add(certificateLifetime),
	}
}

// systemRoots returns the machine's trusted certificates as PEM; nothing when it
// has none, as in a minimal container.
func systemRoots() []byte {
	for _, path := range []string{
		os.Getenv("SSL_CERT_FILE"),
		"/etc/ssl/certs/ca-certificates.crt",                // Debian
		"/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", // Fedora, Amazon Linux
		"/etc/ssl/ca-bundle.pem",                            // openSUSE
		"/etc/ssl/cert.pem",                                 // Alpine, macOS
	} {
		if roots, err := os.ReadFile(path); err == nil {
			return append(roots, '\n')
		}
	}
	return nil
}

// Issue returns a certificate for the names and IP addresses that a server is
// reached by.
func (a *Authority) Issue(names ...string) (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	template := certificateTemplate(names[0])
	template.KeyUsage = x509.KeyUsageDigitalSignature
	template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	for _, name := range names {
		if ip := net.ParseIP(name); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, name)
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.Certificate, key.Public(), a.key)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("certificate for %v: %w", names, err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, nil
}

// IssueTo writes a certificate and its key to dir, as server.crt and server.key,
// for the servers that are not of this process.
func (a *Authority) IssueTo(dir string, names ...string) error {
	certificate, err := a.Issue(names...)
	if err != nil {
		return err
	}
	key, err := x509.MarshalPKCS8PrivateKey(certificate.PrivateKey)
	if err != nil {
		return err
	}
	return errors.Join(
		os.WriteFile(filepath.Join(dir, "server.crt"), encodePEM("CERTIFICATE", certificate.Certificate[0]), 0o644),
		os.WriteFile(filepath.Join(dir, "server.key"), encodePEM("PRIVATE KEY", key), 0o600),
	)
}

func encodePEM(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}
