package server

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"regexp"
	"time"

	"myclothes/app/server/web"
)

// deviceLife is how long a browser remembers who signed in from it; no browser remembers anything for much longer.
const deviceLife = 365 * 24 * time.Hour

// device is what a browser says about itself with a cookie that it got when somebody signed in there: a random name,
// and a seal that only the password hash of that account could make. So the cookie says nothing about the account, is
// worth nothing for another one, and is worth nothing any more when the password changes; every instance can check it,
// and none needs a key or a place to keep it. Nobody can try passwords on the seal, for the salt of the hash, which they
// do not know, makes it too. Signing out, here or everywhere, leaves the device known.
type device struct {
	name string // 22 characters of URL-safe base64, as is the seal; empty: there is no cookie
	seal string
}

var deviceCookie = regexp.MustCompile(`^([A-Za-z0-9_-]{22})\.([A-Za-z0-9_-]{22})$`)

// newDevice returns a device that the account with this password hash knows.
func newDevice(passwordHash string) device {
	var name [16]byte
	rand.Read(name[:])
	d := device{name: base64.RawURLEncoding.EncodeToString(name[:])}
	d.seal = d.sealedBy(passwordHash)
	return d
}

func (d device) sealedBy(passwordHash string) string {
	seal := hmac.New(sha256.New, []byte(passwordHash))
	seal.Write([]byte("known device " + d.name))
	return base64.RawURLEncoding.EncodeToString(seal.Sum(nil)[:16])
}

// knownTo says whether somebody has signed in to the account with this password hash from the device. An account that
// does not exist has an empty hash, and knows none.
func (d device) knownTo(passwordHash string) bool {
	return passwordHash != "" && hmac.Equal([]byte(d.seal), []byte(d.sealedBy(passwordHash)))
}

// deviceOf reads the cookie; a zero device if there is none, or something else.
func (s *server) deviceOf(r *http.Request) device {
	cookie, err := r.Cookie(s.deviceCookieName())
	if err != nil {
		return device{}
	}
	parts := deviceCookie.FindStringSubmatch(cookie.Value)
	if parts == nil {
		return device{}
	}
	return device{parts[1], parts[2]}
}

func (s *server) deviceCookieName() string { return s.SessionCookie + "_device" }

// remembered is a response that makes the browser a device that the account knows.
type remembered struct {
	response
	passwordHash string
}

func (known remembered) write(s *server, w http.ResponseWriter, r *http.Request) {
	d := newDevice(known.passwordHash)
	http.SetCookie(w, web.NewCookie(s.deviceCookieName(), d.name+"."+d.seal, deviceLife))
	known.response.write(s, w, r)
}
