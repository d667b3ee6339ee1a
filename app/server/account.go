package server

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"myclothes/app/server/web"
	"myclothes/app/shop"
)

// passwordChange is a request for another password.
type passwordChange struct {
	Current string `json:"currentPassword"`
	New     string `json:"newPassword"`
}

// changePassword gives the account of who is signed in another password, and returns its hash. It ends all other
// sessions; this one goes on under a new token. No device is known to the account any more.
func (s *server) changePassword(ctx context.Context, session *shop.Session, from origin, change passwordChange) (hash string, err error) {
	customer, err := s.customer(ctx, session)
	if err != nil {
		return "", err
	}
	if err := shop.CheckPassword("newPassword", change.New); err != nil {
		return "", err
	}
	if err := s.confirm(ctx, customer, from, change.Current, "currentPassword"); err != nil {
		return "", err
	}
	if hash, err = s.Passwords.Hash(ctx, change.New); err != nil {
		return "", whenBusy(err)
	}
	wrote, err := s.Customers.SetPassword(ctx, customer.ID, hash)
	if err != nil {
		return "", err
	}
	return hash, s.startOver(ctx, session, login{customer, hash, wrote})
}

// startOver ends all sessions of a customer whose password has changed, and begins another one here.
func (s *server) startOver(ctx context.Context, session *shop.Session, account login) error {
	if err := s.Store.SignOutEverywhere(ctx, account.customer.ID); err != nil {
		return unfinished("the new password holds, but your other browsers are still signed in: sign out everywhere in a moment", err)
	}
	err := s.enter(ctx, session, account)
	if errors.Is(err, shop.ErrUnavailable) {
		return unfinished("the new password holds: sign in with it in a moment", err)
	}
	return err
}

// unfinished says how far a change came before a store went away.
func unfinished(reason string, err error) error {
	return fmt.Errorf("%w (%w)", shop.Refuse(shop.ErrUnavailable, reason), err)
}

// deleteAccount deletes the account of who is signed in, with the cart, and ends all sessions. Orders stay, with the
// name and address they were sent to: the law wants invoices kept for years. If the account is gone already, because a
// store went away in the middle, the rest is done, for which no password is needed.
func (s *server) deleteAccount(ctx context.Context, session *shop.Session, from origin, password string) error {
	who, err := s.identity(ctx, session)
	if err != nil {
		return err
	}
	customer, err := s.Customers.Customer(ctx, who.Customer, who.Wrote)
	gone := errors.Is(err, shop.ErrUnauthenticated)
	if err != nil && !gone {
		return err
	}
	if !gone {
		if err := s.confirm(ctx, customer, from, password, "password"); err != nil {
			return err
		}
		if _, err := s.Customers.DeleteCustomer(ctx, customer.ID); err != nil {
			return err
		}
	}
	if err := s.Store.Forget(ctx, who.Customer); err != nil {
		return err
	}
	session.End()
	return nil
}

// confirm has a customer prove with the password that it is them. Attempts are throttled like those to sign in. field
// is where the password was written.
func (s *server) confirm(ctx context.Context, customer shop.Customer, from origin, given, field string) error {
	_, err := s.authenticate(ctx, customer.Email, from, given)
	if errors.Is(err, shop.ErrUnauthenticated) {
		return shop.Refuse(shop.ErrUnauthenticated, "that is not your current password", field)
	}
	return err
}

func (s *server) putPassword(r *http.Request, session *shop.Session) (response, error) {
	change, err := web.Decode[passwordChange](r)
	if err != nil {
		return nil, err
	}
	hash, err := s.changePassword(r.Context(), session, s.originOf(r), change)
	return remembered{noContent{}, hash}, err
}

func (s *server) deleteCustomer(r *http.Request, session *shop.Session) (response, error) {
	given, err := web.Decode[struct {
		Password string `json:"password"`
	}](r)
	if err != nil {
		return nil, err
	}
	return noContent{}, s.deleteAccount(r.Context(), session, s.originOf(r), given.Password)
}

// confirmContent is for forms that ask for the password. What was typed is never sent back.
type confirmContent struct {
	Email      string // is there for people and password managers; who is meant, the session says
	EndsOthers bool   // the store of sessions can sign out other browsers
}

func (s *server) passwordPage(r *http.Request, session *shop.Session) (response, error) {
	return s.confirmPage(r, session, page{Name: "password", Title: "Change your password"})
}

func (s *server) deletePage(r *http.Request, session *shop.Session) (response, error) {
	return s.confirmPage(r, session, page{Name: "delete", Title: "Delete your account"})
}

func (s *server) confirmPage(r *http.Request, session *shop.Session, p page) (response, error) {
	customer, err := s.customer(r.Context(), session)
	p.Status, p.Content = http.StatusOK, s.confirmContent(customer.Email)
	return signInFirst(r, p, err)
}

// confirmContent knows that a cart in a cookie is a session that nobody can end.
func (s *server) confirmContent(email string) confirmContent {
	return confirmContent{Email: email, EndsOthers: s.StoreName != "cookie"}
}

func (s *server) passwordForm(r *http.Request, session *shop.Session) (response, error) {
	change := passwordChange{Current: r.PostFormValue("currentPassword"), New: r.PostFormValue("newPassword")}
	hash, err := s.changePassword(r.Context(), session, s.originOf(r), change)
	if err == nil {
		return remembered{redirect("/account?changed=password"), hash}, nil
	}
	form := page{Name: "password", Title: "Change your password", Content: s.confirmContent(r.PostFormValue("email"))}
	answer, err := again(err, "", form)
	return signInFirst(r, answer, err)
}

func (s *server) deleteForm(r *http.Request, session *shop.Session) (response, error) {
	err := s.deleteAccount(r.Context(), session, s.originOf(r), r.PostFormValue("password"))
	if err == nil {
		return page{Status: http.StatusOK, Name: "deleted", Title: "Your account is deleted"}, nil
	}
	form := page{Name: "delete", Title: "Delete your account", Content: s.confirmContent(r.PostFormValue("email"))}
	answer, err := again(err, "", form)
	return signInFirst(r, answer, err)
}
