package web

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"
)

// WriteJSON answers with a document of our own types, which always can be written as JSON.
func WriteJSON(w http.ResponseWriter, status int, contentType string, content any) {
	document, err := json.Marshal(content)
	if err != nil {
		panic(err) // our own types; observe answers and logs it
	}
	w.Header().Set("Content-Type", contentType)
	w.WriteHeader(status)
	w.Write(append(document, '\n'))
}

// NewCookie returns a session cookie as browsers get it. One whose name begins with __Host- is Secure: it is
// for a shop served over HTTPS, and browsers would not take it otherwise.
func NewCookie(name, token string, ttl time.Duration) *http.Cookie {
	return &http.Cookie{
		Name:     name,
		Value:    token,
		Path:     "/",
		MaxAge:   int(ttl.Seconds()),
		HttpOnly: true,
		SameSite: http.SameSiteLaxMode,
		Secure:   OverHTTPS(name),
	}
}

// WantsPage reports whether it is a browser that asks: they alone prefer HTML.
func WantsPage(r *http.Request) bool { return strings.HasPrefix(r.Header.Get("Accept"), "text/html") }
