package pages

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"net/http"
	"regexp"
	"time"
)

//go:embed style.css
var style []byte

// The style sheet has its hash in its address, so browsers keep it for ever and see another one at once.
var (
	styleHash = hashOf(style)
	stylePath = "/assets/style." + styleHash + ".css"
	anyStyle  = regexp.MustCompile(`^style\.[0-9a-f]{16}\.css$`)
)

func hashOf(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:8])
}

// IsStyle says whether an asset has the name of a style sheet, of this release or of another one.
func IsStyle(name string) bool { return anyStyle.MatchString(name) }

// ServeStyle answers with the style sheet, to be kept for ever only under its own name.
func ServeStyle(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Cache-Control", "no-cache")
	if r.URL.Path == stylePath {
		header.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	header.Set("Content-Type", "text/css; charset=utf-8")
	header.Set("ETag", `W/"`+styleHash+`"`) // weak: it is compressed or not
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(style))
}
