package server

import (
	"context"
	"net/http"

	"myclothes/app/server/web"
	"myclothes/app/shop"
)

// signUp opens an account and signs the visitor in. That there is an account already must be said, so it is
// not said often.
func (s *server) signUp(ctx context.Context, session *shop.Session, client string, request shop.SignUp) (login, error) {
	request, err := request.Normalize()
	if err != nil {
		return login{}, err
	}
	attempt := shop.Attempt{Client: client}
	if err := s.attempt(ctx, attempt); err != nil {
		return login{}, err
	}
	account, err := s.open(ctx, request)
	s.end(ctx, attempt, err)
	if err != nil {
		return login{}, err
	}
	return account, s.enter(ctx, session, account)
}

func (s *server) open(ctx context.Context, request shop.SignUp) (account login, err error) {
	if account.hash, err = s.Passwords.Hash(ctx, request.Password); err != nil {
		return login{}, whenBusy(err)
	}
	account.customer, account.wrote, err = s.Customers.CreateCustomer(ctx, request.Email, request.Name, account.hash)
	return account, err
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
	request, err := web.Decode[shop.SignUp](r)
	if err != nil {
		return nil, err
	}
	account, err := s.signUp(r.Context(), session, web.ClientOf(r), request)
	return remembered{body{http.StatusCreated, account.customer}, account.hash}, err
}

func (s *server) getCustomer(r *http.Request, session *shop.Session) (response, error) {
	customer, err := s.customer(r.Context(), session)
	return body{http.StatusOK, customer}, err
}

func (s *server) updateCustomer(r *http.Request, session *shop.Session) (response, error) {
	profile, err := web.Decode[shop.Profile](r)
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
	return page{Status: http.StatusOK, Name: "signup", Title: "Create an account", Content: signUpContent{Next: next(r, "")}}, nil
}

func (s *server) signUpForm(r *http.Request, session *shop.Session) (response, error) {
	request := shop.SignUp{Email: r.PostFormValue("email"), Password: r.PostFormValue("password"), Name: r.PostFormValue("name")}
	account, err := s.signUp(r.Context(), session, web.ClientOf(r), request)
	if err == nil {
		return remembered{redirect(next(r, "/account")), account.hash}, nil
	}
	request.Password = "" // never sent back
	return again(err, next(r, "/account"), page{Name: "signup", Title: "Create an account", Content: signUpContent{request, next(r, "")}})
}

type accountContent struct {
	shop.Customer
	Next            string
	PasswordChanged bool
}

func (s *server) accountPage(r *http.Request, session *shop.Session) (response, error) {
	customer, err := s.customer(r.Context(), session)
	content := accountContent{customer, next(r, ""), r.FormValue("changed") == "password"}
	return signInFirst(r, page{Status: http.StatusOK, Name: "account", Title: "Your account", Content: content}, err)
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
	answer, err := again(err, next(r, "/account"), page{Name: "account", Title: "Your account", Content: content})
	return signInFirst(r, answer, err)
}
