package pages

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTheFooterNamesTheRungThatTheRequestIsServedOn(t *testing.T) {
	t.Parallel()
	for cookie, want := range map[string]string{
		"":              "1 · instance · stickiness none",
		"AWSALB":        "2 · instance · stickiness lb_cookie",
		"AWSALBAPP-0":   "2 · instance · stickiness app_cookie",
		"AWSALBUNKNOWN": "1 · instance · stickiness none",
	} {
		request := httptest.NewRequest(http.MethodGet, "/", nil)
		if cookie != "" {
			request.AddCookie(&http.Cookie{Name: cookie, Value: "x"})
		}
		require.Equal(t, want, (&Renderer{store: "instance"}).rung(request))
	}
}
