package server

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"

	"myclothes/app/shop"
)

// quantityOf reads the field quantity of a form.
func quantityOf(r *http.Request) (int, error) {
	quantity, err := strconv.Atoi(r.PostFormValue("quantity"))
	if err != nil {
		return 0, shop.Refuse(shop.ErrInvalid, "the quantity must be a number")
	}
	return quantity, nil
}

func (s *server) addForm(r *http.Request, session *shop.Session) (response, error) {
	quantity, err := quantityOf(r)
	if err != nil {
		return nil, err
	}
	sku := r.PostFormValue("sku")
	if _, err := s.add(r.Context(), session, sku, quantity); err != nil {
		return nil, err
	}
	shown := selectionOf(r)
	query := url.Values{"added": {sku}}
	if shown.Category != "" {
		query.Set("category", shown.Category)
	}
	if shown.Search != "" {
		query.Set("q", shown.Search)
	}
	back := url.URL{Path: "/", RawQuery: query.Encode(), Fragment: sku}
	return redirect(back.String()), nil
}

func (s *server) quantityForm(r *http.Request, session *shop.Session) (response, error) {
	quantity, err := quantityOf(r)
	if err != nil {
		return nil, err
	}
	_, err = s.set(r.Context(), session, r.PathValue("sku"), quantity)
	return redirect("/cart"), err
}

// signUpContent and signInContent are forms as they were filled in, and where to go after them.
type signUpContent struct {
	shop.SignUp
	Next string
}

type signInContent struct {
	credentials
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

type accountContent struct {
	shop.Customer
	Next string
}

func (s *server) accountPage(r *http.Request, session *shop.Session) (response, error) {
	customer, err := s.customer(r.Context(), session)
	content := accountContent{customer, next(r, "")}
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
	content := accountContent{shop.Customer{Name: profile.Name, Address: profile.Address}, next(r, "")}
	answer, err := again(err, next(r, "/account"), page{name: "account", title: "Your account", content: content})
	return signInFirst(r, answer, err)
}

// again sends the browser on if the form was carried out, shows it once more if the visitor can mend
// it, and leaves other errors to the error page.
func again(err error, next string, form page) (response, error) {
	if err == nil {
		return redirect(next), nil
	}
	var refusal *shop.Refusal
	if !errors.As(err, &refusal) {
		return nil, err
	}
	form.status, form.message = explain(err)
	form.retryAfter = retryAfter(form.status, err)
	return form, nil
}
