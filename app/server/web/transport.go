package web

import (
	"net/http"
	"strings"

	"github.com/klauspost/compress/gzhttp"
)

// stayOnHTTPS has browsers ask for this host over HTTPS only, for a year after every answer (RFC 6797). Other hosts
// of the domain are not ours to speak for.
const stayOnHTTPS = "max-age=31536000"

// OverHTTPS reports whether the shop is served over HTTPS. The declaration says so with the name of the session cookie:
// what a request claims of itself (X-Forwarded-Proto) need not be believed.
func OverHTTPS(sessionCookie string) bool { return strings.HasPrefix(sessionCookie, "__Host-") }

// StrictTransport sends Strict-Transport-Security with every answer of a shop that is served over HTTPS, which the
// name of its session cookie says.
func StrictTransport(sessionCookie string, next http.Handler) http.Handler {
	if !OverHTTPS(sessionCookie) {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Strict-Transport-Security", stayOnHTTPS)
		next.ServeHTTP(w, r)
	})
}

// Compressed answers in gzip to who accepts it. It is for what is the same for everybody: style sheet and products.
// Pages and everything else about a visitor are not compressed, because they hold what is secret (addresses, the key of
// an order) together with what somebody else can have a visitor ask for (a search, a way back), and the length of the
// two compressed together tells about the secret (BREACH, breachattack.com).
func Compressed(h http.Handler) http.Handler {
	wrap, err := gzhttp.NewWrapper(gzhttp.EnableZstd(false)) // whose encoders take megabytes each
	if err != nil {
		panic(err) // the options are ours
	}
	return wrap(h)
}
