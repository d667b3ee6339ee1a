package dial

import (
	"net"
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/app/apptest"
)

func TestConnectionsStartAtTheInstancesOwnAddress(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	conn, err := From(netip.MustParseAddr("127.0.0.1")).DialContext(t.Context(), "tcp", listener.Addr().String())
	require.NoError(t, err)
	defer conn.Close()
	require.Equal(t, "127.0.0.1", conn.LocalAddr().(*net.TCPAddr).IP.String())

	_, err = From(netip.MustParseAddr("192.0.2.1")).DialContext(t.Context(), "tcp", listener.Addr().String())
	require.Error(t, err, "an address that is not this machine's is not used, nor replaced")
}

func TestAuthoritiesOfSSLCertFileAreTrusted(t *testing.T) {
	t.Setenv("SSL_CERT_FILE", apptest.NewAuthority(t).Bundle)
	cfg, err := TLS("cache.example", nil)
	require.NoError(t, err)
	require.Equal(t, "cache.example", cfg.ServerName)
	require.False(t, cfg.InsecureSkipVerify)

	_, err = TLS("cache.example", []byte("not a certificate"))
	require.ErrorContains(t, err, "no certificate")
}
