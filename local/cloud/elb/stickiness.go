package elb

import (
	"encoding/base64"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The load balancer's cookies, as ALB names them.
const (
	lbCookie     = "AWSALB"
	lbCORSCookie = "AWSALBCORS" // the same for requests from other sites
	appCookie    = "AWSALBAPP-0"
)

// Stickiness is a target group's stickiness.
type Stickiness struct {
	Enabled        *bool  `json:"enabled"`        // true if not declared, as on AWS
	Type           string `json:"type"`           // "lb_cookie" or "app_cookie"
	CookieDuration int    `json:"cookieDuration"` // seconds, a day if 0; of lb_cookie
	CookieName     string `json:"cookieName"`     // of app_cookie
}

func (s *Stickiness) duration() time.Duration {
	if s.CookieDuration == 0 {
		return 24 * time.Hour
	}
	return time.Duration(s.CookieDuration) * time.Second
}

// binding says which target has a client's session.
type binding struct {
	target  string
	expires time.Time // zero: with the browser's session
}

// stickiness returns the stickiness in force, or nil.
func (g *Targets) stickiness() *Stickiness {
	g.mu.Lock()
	defer g.mu.Unlock()
	s := g.spec.Stickiness
	if s == nil || s.Enabled != nil && !*s.Enabled {
		return nil
	}
	return s
}

// bindingOf reads the binding that a request brings, or none if its cookie is
// absent, altered, expired or of another target group.
func (g *Targets) bindingOf(r *http.Request) binding {
	s := g.stickiness()
	if s == nil {
		return binding{}
	}
	names := []string{lbCookie, lbCORSCookie}
	if s.Type == "app_cookie" {
		if _, err := r.Cookie(s.CookieName); err != nil {
			return binding{} // the session ended, and the binding with it
		}
		names = []string{appCookie}
	}
	for _, name := range names {
		if cookie, err := r.Cookie(name); err == nil {
			if b, ok := g.open(cookie.Value); ok {
				return b
			}
		}
	}
	return binding{}
}

// bind adds the cookies to a response that bind the client to the target that
// gave it; was is what the request brought.
func (g *Targets) bind(response *http.Response, was binding, target string) {
	s := g.stickiness()
	if s == nil {
		return
	}
	if s.Type == "app_cookie" {
		g.bindToSession(response, s.CookieName, was, target)
		return
	}
	cookie := http.Cookie{Name: lbCookie, Path: "/", Expires: time.Now().Add(s.duration()), MaxAge: int(s.duration().Seconds())}
	cookie.Value = g.sealed(binding{target, cookie.Expires})
	response.Header.Add("Set-Cookie", cookie.String())
	cookie.Name, cookie.SameSite, cookie.Secure = lbCORSCookie, http.SameSiteNoneMode, true
	response.Header.Add("Set-Cookie", cookie.String())
}

// bindToSession makes the binding live as long as the application's own cookie,
// and moves it when the session was served by another target than before.
func (g *Targets) bindToSession(response *http.Response, session string, was binding, target string) {
	cookies := response.Cookies()
	cookie := http.Cookie{Name: appCookie, Path: "/", Expires: was.expires}
	i := slices.IndexFunc(cookies, func(c *http.Cookie) bool { return c.Name == session })
	switch {
	case i >= 0:
		cookie.Expires, cookie.MaxAge = cookies[i].Expires, cookies[i].MaxAge
		if cookie.MaxAge > 0 {
			cookie.Expires = time.Now().Add(time.Duration(cookie.MaxAge) * time.Second)
		}
	case was.target == "" || was.target == target:
		return
	}
	cookie.Value = g.sealed(binding{target, cookie.Expires})
	response.Header.Add("Set-Cookie", cookie.String())
}

// sealed and open make a binding opaque to clients, and refuse what they altered.
func (g *Targets) sealed(b binding) string {
	var expires int64
	if !b.expires.IsZero() {
		expires = b.expires.Unix()
	}
	plain := strconv.FormatInt(expires, 10) + " " + b.target
	return base64.RawURLEncoding.EncodeToString(g.seal.Seal(nil, nil, []byte(plain), nil))
}

func (g *Targets) open(value string) (binding, bool) {
	sealed, err := base64.RawURLEncoding.DecodeString(value)
	if err != nil {
		return binding{}, false
	}
	plain, err := g.seal.Open(nil, nil, sealed, nil)
	if err != nil {
		return binding{}, false
	}
	unix, target, _ := strings.Cut(string(plain), " ")
	expires, _ := strconv.ParseInt(unix, 10, 64)
	if expires == 0 {
		return binding{target: target}, true
	}
	b := binding{target, time.Unix(expires, 0)}
	return b, time.Now().Before(b.expires)
}
