package server

import (
	"context"
	"net/http"

	"myclothes/app/server/web"
	"myclothes/app/shop"
)

// action answers one request of a session: with a response, or an error that the error map turns into one.
type action func(r *http.Request, session *shop.Session) (response, error)

// response is what an action sends.
type response interface {
	write(s *server, w http.ResponseWriter, r *http.Request)
}

// api answers errors as problem documents.
func (s *server) api(a action) http.Handler { return s.handle(a, s.writeProblem) }

// page answers errors as pages, among them a form that cannot be read.
func (s *server) page(a action) http.Handler {
	return s.handle(s.counting(func(r *http.Request, session *shop.Session) (response, error) {
		if err := r.ParseForm(); err != nil && r.Method == http.MethodPost {
			return nil, web.ExplainForm(err)
		}
		return a(r, session)
	}), s.writeErrorPage)
}

func (s *server) handle(a action, fail func(http.ResponseWriter, *http.Request, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), requestTimeout)
		defer cancel()
		r = r.WithContext(ctx)
		r.Body = http.MaxBytesReader(w, r.Body, web.MaxBody)
		session := s.openSession(r)
		s.limitSessions(r, session)
		answer, err := a(r, session)
		s.countSession(r, session)
		w.Header().Set("Cache-Control", "no-store")
		s.writeCookie(w, session)
		if err != nil {
			fail(w, r, err)
			return
		}
		answer.write(s, w, r)
	})
}

// body is a JSON document.
type body struct {
	status  int
	content any
}

func (b body) write(_ *server, w http.ResponseWriter, _ *http.Request) {
	web.WriteJSON(w, b.status, "application/json", b.content)
}

// noContent is success with nothing to say.
type noContent struct{}

func (noContent) write(_ *server, w http.ResponseWriter, _ *http.Request) {
	w.WriteHeader(http.StatusNoContent)
}

// redirect sends a browser on, after a form was carried out.
type redirect string

func (to redirect) write(_ *server, w http.ResponseWriter, r *http.Request) {
	http.Redirect(w, r, string(to), http.StatusSeeOther)
}

// openSession returns the session that the cookie names. More than one cookie of the name means that one
// was planted for a narrower path or wider domain; the first is the most specific, and the store judges it.
func (s *server) openSession(r *http.Request) *shop.Session {
	cookie, err := r.Cookie(s.SessionCookie)
	if err != nil {
		return shop.OpenSession("")
	}
	return shop.OpenSession(cookie.Value)
}

// writeCookie sends the cookie of a session that was used, so that it lives as long as what it names.
func (s *server) writeCookie(w http.ResponseWriter, session *shop.Session) {
	if !session.Kept() && !session.Ended() {
		return
	}
	cookie := web.NewCookie(s.SessionCookie, session.Token(), s.SessionTTL)
	if session.Ended() {
		cookie.MaxAge = -1
	}
	http.SetCookie(w, cookie)
}
