package server

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"net/http"
	"regexp"
	"time"
)

//go:embed pages/style.css
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

// serveAsset serves the style sheet under the name of any release. While a release is rolled out, a page of one
// instance may ask another one for its style sheet: that one shows its own, but does not let it be kept under a name
// that is not its own. (hashfs, which would do the rest, has nothing to show then.)
func (s *server) serveAsset(w http.ResponseWriter, r *http.Request) {
	if !anyStyle.MatchString(r.PathValue("name")) {
		s.writeUnrouted(w, r, http.StatusNotFound)
		return
	}
	serveStyle(w, r)
}

func serveStyle(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Cache-Control", "no-cache")
	if r.URL.Path == stylePath {
		header.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	header.Set("Content-Type", "text/css; charset=utf-8")
	header.Set("ETag", `W/"`+styleHash+`"`) // weak: it is compressed or not
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(style))
}
