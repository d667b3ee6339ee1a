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

// signUp opens an account and signs the visitor in. That there is an account already must be said, so it is
// not said often.
func (s *server) signUp(ctx context.Context, session *shop.Session, client string, request shop.SignUp) (shop.Customer, error) {
	request, err := request.Normalize()
	if err != nil {
		return shop.Customer{}, err
	}
	if wait := s.Throttle.Begin(ctx, "", client); wait > 0 {
		return shop.Customer{}, tooMany(wait)
	}
	customer, wrote, err := s.open(ctx, request)
	s.end(ctx, "", client, err)
	if err != nil {
		return shop.Customer{}, err
	}
	return customer, s.Store.SignIn(ctx, session, customer.ID, wrote)
}

func (s *server) open(ctx context.Context, request shop.SignUp) (shop.Customer, shop.Position, error) {
	hash, err := s.passwords.Hash(ctx, request.Password)
	if err != nil {
		return shop.Customer{}, 0, err
	}
	return s.Customers.CreateCustomer(ctx, request.Email, request.Name, hash)
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
	wrong := shop.Refuse(shop.ErrUnauthenticated, "email address and password do not belong together")
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

// customer returns who is signed in, as they left their profile.
func (s *server) customer(ctx context.Context, session *shop.Session) (shop.Customer, error) {
	who, err := s.identity(ctx, session)
	if err != nil {
		return shop.Customer{}, err
	}
	return s.Customers.Customer(ctx, who.Customer, who.Wrote)
}

// updateProfile changes the profile of who is signed in. It succeeds only once it is certain that
// the change shows in whatever they read next.
func (s *server) updateProfile(ctx context.Context, session *shop.Session, profile shop.Profile) (shop.Customer, error) {
	profile, err := profile.Normalize()
	if err != nil {
		return shop.Customer{}, err
	}
	who, err := s.identity(ctx, session)
	if err != nil {
		return shop.Customer{}, err
	}
	customer, wrote, err := s.Customers.UpdateCustomer(ctx, who.Customer, profile)
	if err != nil {
		return shop.Customer{}, err
	}
	return customer, s.Store.Wrote(ctx, session, who.Customer, wrote)
}

func (s *server) identity(ctx context.Context, session *shop.Session) (shop.Identity, error) {
	who, err := s.Store.SignedIn(ctx, session)
	if err == nil && who.Customer == 0 {
		err = shop.ErrUnauthenticated
	}
	return who, err
}

func (s *server) createCustomer(r *http.Request, session *shop.Session) (response, error) {
	request, err := decode[shop.SignUp](r)
	if err != nil {
		return nil, err
	}
	customer, err := s.signUp(r.Context(), session, clientOf(r), request)
	return body{http.StatusCreated, customer}, err
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

func (s *server) getCustomer(r *http.Request, session *shop.Session) (response, error) {
	customer, err := s.customer(r.Context(), session)
	return body{http.StatusOK, customer}, err
}

func (s *server) updateCustomer(r *http.Request, session *shop.Session) (response, error) {
	profile, err := decode[shop.Profile](r)
	if err != nil {
		return nil, err
	}
	customer, err := s.updateProfile(r.Context(), session, profile)
	return body{http.StatusOK, customer}, err
}
