package server

import (
	"context"
	"errors"
	"net/http"

	"myclothes/app/password"
	"myclothes/app/shop"
)

// credentials is a request to sign in.
type credentials struct {
	Email    string `json:"email"`
	Password string `json:"password"`
}

// signIn signs the visitor in. Neither the answer nor its time tells whether the account exists.
func (s *server) signIn(ctx context.Context, session *shop.Session, client string, given credentials) (shop.Customer, error) {
	email, err := shop.NormalizeEmail(given.Email)
	if err != nil {
		return shop.Customer{}, err
	}
	if wait := s.Throttle.Begin(ctx, email, client); wait > 0 {
		return shop.Customer{}, tooMany(wait)
	}
	customer, wrote, err := s.verify(ctx, email, given.Password)
	s.end(ctx, email, client, err)
	if err != nil {
		return shop.Customer{}, err
	}
	return customer, s.Store.SignIn(ctx, session, customer.ID, wrote)
}

// verify returns the account that e-mail address and password belong to.
func (s *server) verify(ctx context.Context, email, given string) (shop.Customer, shop.Position, error) {
	wrong := shop.Refuse(shop.ErrUnauthenticated, "email address and password do not belong together", "email", "password")
	if len(given) > shop.MaxPassword {
		return shop.Customer{}, 0, wrong
	}
	customer, hash, wrote, err := s.Customers.Login(ctx, email)
	if err != nil {
		return shop.Customer{}, 0, err
	}
	err = s.passwords.Verify(ctx, hash, given)
	if errors.Is(err, password.ErrMismatch) {
		err = wrong
	}
	return customer, wrote, err
}

func (s *server) identity(ctx context.Context, session *shop.Session) (shop.Identity, error) {
	who, err := s.Store.SignedIn(ctx, session)
	if err == nil && who.Customer == 0 {
		err = shop.ErrUnauthenticated
	}
	return who, err
}

func (s *server) createSession(r *http.Request, session *shop.Session) (response, error) {
	given, err := decode[credentials](r)
	if err != nil {
		return nil, err
	}
	customer, err := s.signIn(r.Context(), session, clientOf(r), given)
	return body{http.StatusOK, customer}, err
}

func (s *server) deleteSession(r *http.Request, session *shop.Session) (response, error) {
	return noContent{}, s.Store.SignOut(r.Context(), session)
}

func (s *server) deleteSessions(r *http.Request, session *shop.Session) (response, error) {
	return noContent{}, s.Store.SignOutEverywhere(r.Context(), session)
}

// signInContent is the form as it was filled in, and where to go after it.
type signInContent struct {
	credentials
	Next string
}

func (s *server) signInPage(r *http.Request, _ *shop.Session) (response, error) {
	return page{status: http.StatusOK, name: "signin", title: "Sign in", content: signInContent{Next: next(r, "")}}, nil
}

func (s *server) signInForm(r *http.Request, session *shop.Session) (response, error) {
	given := credentials{Email: r.PostFormValue("email"), Password: r.PostFormValue("password")}
	_, err := s.signIn(r.Context(), session, clientOf(r), given)
	given.Password = ""
	return again(err, next(r, "/account"), page{name: "signin", title: "Sign in", content: signInContent{given, next(r, "")}})
}

func (s *server) signOutForm(r *http.Request, session *shop.Session) (response, error) {
	return redirect("/"), s.Store.SignOut(r.Context(), session)
}

func (s *server) signOutEverywhereForm(r *http.Request, session *shop.Session) (response, error) {
	return redirect("/"), s.Store.SignOutEverywhere(r.Context(), session)
}
