package server

import (
	"errors"
	"net/http"
	"net/url"
	"regexp"

	"myclothes/app/server/web"
	"myclothes/app/shop"
)

// destination matches the pages that a form may send the browser on to, besides its own next page.
var destination = regexp.MustCompile(`^/(cart|checkout|account(/password|/delete)?|orders(/[0-9]{1,19})?)?$`)

// next is where to go after a form: where its field "next" says, if that is a page of this shop, and nothing but one.
// It is put together anew, so that what a browser would read differently than we do is not sent on.
func next(r *http.Request, otherwise string) string {
	wanted, err := url.Parse(r.FormValue("next"))
	if err != nil || wanted.IsAbs() || wanted.Host != "" || wanted.User != nil || wanted.Fragment != "" || !destination.MatchString(wanted.Path) {
		return otherwise
	}
	return (&url.URL{Path: wanted.Path, RawQuery: wanted.Query().Encode()}).String()
}

// signInFirst turns the error that nobody is signed in into the way to sign in and come back.
func signInFirst(r *http.Request, answer response, err error) (response, error) {
	var refusal *shop.Refusal
	if errors.Is(err, shop.ErrUnauthenticated) && !errors.As(err, &refusal) {
		return redirect("/sign-in?" + url.Values{"next": {wantedPage(r)}}.Encode()), nil
	}
	return answer, err
}

// wantedPage is the page that was asked for, or that the form is on which was sent.
func wantedPage(r *http.Request) string {
	switch {
	case r.Method != http.MethodPost:
		return r.URL.RequestURI()
	case r.URL.Path == "/orders":
		return "/checkout"
	}
	return r.URL.Path
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
	form.Status, form.Message = web.Explain(err)
	form.AtFault, form.RetryAfter = refusal.Fields, web.RetryAfter(form.Status, err)
	return form, nil
}
