package tests

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"myclothes/tests/shoppers"
)

const certificate = "certificateArn=arn:aws:acm:eu-west-1:000000000000:certificate/6ffde2c5-3a7e-4a3e-9d43-0d1d6c5d7a11"

// One site with HTTPS, which people go to over HTTP at first.
func TestAStackWithACertificateIsOpenOverHTTPS(t *testing.T) {
	t.Parallel()
	s, port := newSite(t), freePort(t)
	up := func() (string, error) { return s.run("up", "-https-port", port, "-config", certificate) }
	output, err := up()
	require.NoError(t, err, output)
	shop, authority := "https://127.0.0.1:"+port, filepath.Join(s.root, ".local/cloud/ca.pem")
	require.Contains(t, output, "Shop    "+shop+"\n")
	require.Contains(t, output, "curl --cacert .local/cloud/ca.pem "+shop)

	require.Contains(t, s.mustRun(t, "status"), ", at "+shop+"\n")

	b := browser(t)
	b.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	redirect, _ := s.ask(t, b, http.MethodGet, "/cart?from=mail", "")
	require.Equal(t, http.StatusMovedPermanently, redirect.StatusCode)
	require.Equal(t, shop+"/cart?from=mail", redirect.Header.Get("Location"))

	page, err := exec.Command("curl", "--silent", "--show-error", "--fail", "--cacert", authority, shop).CombinedOutput()
	require.NoError(t, err, string(page))
	require.Contains(t, string(page), "MyClothes")

	cartIsKeptOverHTTPSAlone(t, s, shop, authority)
	report, err := shoppers.Run(context.Background(), shoppers.Options{
		URL: s.url, Authority: authority, Shoppers: 10, Customers: 4, Duration: 3 * time.Second, Pause: 20 * time.Millisecond})
	require.NoError(t, err)
	require.False(t, report.Wrong(), report.String())

	before := s.processes(t)
	output, err = up()
	require.NoError(t, err, output)
	require.Contains(t, output, "Nothing has changed.")
	require.Equal(t, before, s.processes(t))
}

// cartIsKeptOverHTTPSAlone: the session's cookie is one that browsers send to this host
// and over HTTPS only.
func cartIsKeptOverHTTPSAlone(t *testing.T, s *site, shop, authority string) {
	pem, err := os.ReadFile(authority)
	require.NoError(t, err)
	roots := x509.NewCertPool()
	require.True(t, roots.AppendCertsFromPEM(pem))
	b := browser(t)
	b.Transport = &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, DisableKeepAlives: true}
	secure := *s
	secure.url = shop
	added, text := secure.ask(t, b, http.MethodPost, "/api/cart/items", oneTee)
	require.Equal(t, http.StatusOK, added.StatusCode, text)
	cookies := added.Cookies()
	require.Len(t, cookies, 1)
	require.Equal(t, "__Host-myclothes_session", cookies[0].Name)
	require.True(t, cookies[0].Secure)
	_, text = secure.ask(t, b, http.MethodGet, "/api/cart", "")
	require.Contains(t, text, `"quantity":1`)
}
