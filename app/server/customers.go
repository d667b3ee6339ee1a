package server

import (
	"context"
	"net/http"

	"myclothes/app/shop"
)

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

func (s *server) createCustomer(r *http.Request, session *shop.Session) (response, error) {
	request, err := decode[shop.SignUp](r)
	if err != nil {
		return nil, err
	}
	customer, err := s.signUp(r.Context(), session, clientOf(r), request)
	return body{http.StatusCreated, customer}, err
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

// signUpContent is the form as it was filled in, and where to go after it.
type signUpContent struct {
	shop.SignUp
	Next string
}

func (s *server) signUpPage(r *http.Request, _ *shop.Session) (response, error) {
	return page{status: http.StatusOK, name: "signup", title: "Create an account", content: signUpContent{Next: next(r, "")}}, nil
}

func (s *server) signUpForm(r *http.Request, session *shop.Session) (response, error) {
	request := shop.SignUp{Email: r.PostFormValue("email"), Password: r.PostFormValue("password"), Name: r.PostFormValue("name")}
	_, err := s.signUp(r.Context(), session, clientOf(r), request)
	request.Password = "" // never sent back
	return again(err, next(r, "/account"), page{name: "signup", title: "Create an account", content: signUpContent{request, next(r, "")}})
}

type accountContent struct {
	shop.Customer
	Next            string
	PasswordChanged bool
}

func (s *server) accountPage(r *http.Request, session *shop.Session) (response, error) {
	customer, err := s.customer(r.Context(), session)
	content := accountContent{customer, next(r, ""), r.FormValue("changed") == "password"}
	return signInFirst(r, page{status: http.StatusOK, name: "account", title: "Your account", content: content}, err)
}

func (s *server) accountForm(r *http.Request, session *shop.Session) (response, error) {
	profile := shop.Profile{
		Name: r.PostFormValue("name"),
		Address: shop.Address{
			Street: r.PostFormValue("street"), PostalCode: r.PostFormValue("postalCode"),
			City: r.PostFormValue("city"), Country: r.PostFormValue("country"),
		},
	}
	_, err := s.updateProfile(r.Context(), session, profile)
	content := accountContent{Customer: shop.Customer{Name: profile.Name, Address: profile.Address}, Next: next(r, "")}
	answer, err := again(err, next(r, "/account"), page{name: "account", title: "Your account", content: content})
	return signInFirst(r, answer, err)
}
