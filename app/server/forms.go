package server

import (
	"errors"
	"net/http"
	"net/url"
	"slices"

	"myclothes/app/shop"
)

// destinations are where a form may send the browser on to, besides its own next page.
var destinations = []string{"/account", "/cart", "/checkout", "/orders"}

// next is where to go after a form: where its field "next" says, if that is one of the destinations.
func next(r *http.Request, otherwise string) string {
	if wanted := r.FormValue("next"); slices.Contains(destinations, wanted) {
		return wanted
	}
	return otherwise
}

// signInFirst turns the error that nobody is signed in into the way to sign in and come back.
func signInFirst(r *http.Request, answer response, err error) (response, error) {
	var refusal *shop.Refusal
	if errors.Is(err, shop.ErrUnauthenticated) && !errors.As(err, &refusal) {
		return redirect("/sign-in?" + url.Values{"next": {r.URL.Path}}.Encode()), nil
	}
	return answer, err
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
