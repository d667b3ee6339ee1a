package shoppers

import (
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestShoppersFollowTheShopToHTTPSIfTheyTrustWhoSignsForIt(t *testing.T) {
	t.Parallel()
	shop := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"products":[{"sku":"tee"}]}`))
	}))
	t.Cleanup(shop.Close)
	door := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, shop.URL+r.URL.Path, http.StatusMovedPermanently)
	}))
	t.Cleanup(door.Close)
	_, _, err := assortment(t.Context(), Options{URL: door.URL})
	require.ErrorContains(t, err, "certificate")

	authority := filepath.Join(t.TempDir(), "ca.pem")
	block := &pem.Block{Type: "CERTIFICATE", Bytes: shop.Certificate().Raw}
	require.NoError(t, os.WriteFile(authority, pem.EncodeToMemory(block), 0o600))
	skus, at, err := assortment(t.Context(), Options{URL: door.URL, Authority: authority})
	require.NoError(t, err)
	require.Equal(t, []string{"tee"}, skus)
	require.Equal(t, shop.URL, at)
}
