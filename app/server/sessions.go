package server

import (
	"cmp"
	"context"
	"errors"
	"net/http"

	"myclothes/app/password"
	"myclothes/app/server/web"
	"myclothes/app/shop"
)

// credentials is a request to sign in.
type credentials struct {
	Email    string `json:"email"`
	Password string `json:"password"`
}

// origin is where somebody who signs in or up comes from.
type origin struct {
	client string
	device device
}

func (s *server) originOf(r *http.Request) origin { return origin{web.ClientOf(r), s.deviceOf(r)} }

// login is an account, as signing in reads it.
type login struct {
	customer shop.Customer
	hash     string // of the password; empty: there is no such account
	wrote    shop.Position
}

// signIn signs the visitor in. Neither the answer nor its time tells whether the account exists.
func (s *server) signIn(ctx context.Context, session *shop.Session, from origin, given credentials) (login, error) {
	email, err := shop.NormalizeEmail(given.Email)
	if err != nil {
		return login{}, err
	}
	account, err := s.authenticate(ctx, email, from, given.Password)
	if err != nil {
		return login{}, err
	}
	return account, s.enter(ctx, session, account)
}

// enter makes the session that of the account, whose password was right. If that is another one by now, it ends again:
// whoever has changed the password has ended the sessions that there were, and could not know of this one.
func (s *server) enter(ctx context.Context, session *shop.Session, account login) error {
	if err := s.settleFor(ctx, session, account.customer.ID); err != nil {
		return err
	}
	if err := s.Store.SignIn(ctx, session, account.customer.ID, account.wrote); err != nil {
		return err
	}
	now, err := s.login(ctx, account.customer.Email)
	if err == nil && now.hash == account.hash {
		return nil
	}
	if s.Store.SignOut(ctx, session) != nil {
		session.End() // it goes on, and nobody ever learns its token
	}
	return cmp.Or(err, wrongPassword())
}

func wrongPassword() error {
	return shop.Refuse(shop.ErrUnauthenticated, "email address and password do not belong together", "email", "password")
}

// authenticate returns the account that e-mail address and password belong to, unless there were too many attempts.
func (s *server) authenticate(ctx context.Context, email string, from origin, given string) (login, error) {
	account, attempt, err := s.beginSignIn(ctx, email, from)
	if err != nil {
		return login{}, err
	}
	err = s.verify(ctx, account, given)
	s.end(ctx, attempt, err)
	if err != nil {
		return login{}, err
	}
	return account, nil
}

// beginSignIn counts an attempt and reads the account. A device that the account knows is judged by what was tried on
// it alone, so strangers who guess elsewhere lock nobody out, nor do those at the same address. Whoever makes that up is
// judged like everybody else: it costs them, and the database, one look for the account.
func (s *server) beginSignIn(ctx context.Context, email string, from origin) (login, shop.Attempt, error) {
	attempt := shop.Attempt{Account: email, Client: from.client}
	if from.device.name != "" {
		account, err := s.login(ctx, email)
		known := attempt
		known.Device = from.device.name
		if err != nil || from.device.knownTo(account.hash) && s.Throttle.Begin(ctx, known) == 0 {
			return account, known, err
		}
	}
	if err := s.attempt(ctx, attempt); err != nil {
		return login{}, attempt, err
	}
	account, err := s.login(ctx, email)
	if err != nil {
		s.Throttle.Abandoned(context.WithoutCancel(ctx), attempt)
	}
	return account, attempt, err
}

// login reads the account that somebody wants to sign in to.
func (s *server) login(ctx context.Context, email string) (account login, err error) {
	account.customer, account.hash, account.wrote, err = s.Customers.Login(ctx, email)
	return account, err
}

// verify refuses a password that is not that of the account.
func (s *server) verify(ctx context.Context, account login, given string) error {
	if len(given) > shop.MaxPassword {
		return wrongPassword()
	}
	err := s.Passwords.Verify(ctx, account.hash, given)
	if errors.Is(err, password.ErrMismatch) {
		return wrongPassword()
	}
	return whenBusy(err)
}

func (s *server) identity(ctx context.Context, session *shop.Session) (shop.Identity, error) {
	who, err := s.Store.SignedIn(ctx, session)
	if err == nil && who.Customer == 0 {
		err = shop.ErrUnauthenticated
	}
	return who, err
}

// signOutEverywhere ends all sessions of who is signed in, or as many as the store knows: this one at least.
func (s *server) signOutEverywhere(ctx context.Context, session *shop.Session) error {
	who, err := s.Store.SignedIn(ctx, session)
	if err != nil {
		return err
	}
	if who.Customer != 0 {
		if err := s.Store.SignOutEverywhere(ctx, who.Customer); err != nil {
			return err
		}
	}
	return s.Store.SignOut(ctx, session)
}

func (s *server) createSession(r *http.Request, session *shop.Session) (response, error) {
	given, err := web.Decode[credentials](r)
	if err != nil {
		return nil, err
	}
	account, err := s.signIn(r.Context(), session, s.originOf(r), given)
	return remembered{body{http.StatusOK, account.customer}, account.hash}, err
}

func (s *server) deleteSession(r *http.Request, session *shop.Session) (response, error) {
	return noContent{}, s.Store.SignOut(r.Context(), session)
}

func (s *server) deleteSessions(r *http.Request, session *shop.Session) (response, error) {
	return noContent{}, s.signOutEverywhere(r.Context(), session)
}

// signInContent is the form as it was filled in, and where to go after it.
type signInContent struct {
	credentials
	Next string
}

func (s *server) signInPage(r *http.Request, _ *shop.Session) (response, error) {
	return page{Status: http.StatusOK, Name: "signin", Title: "Sign in", Content: signInContent{Next: next(r, "")}}, nil
}

func (s *server) signInForm(r *http.Request, session *shop.Session) (response, error) {
	given := credentials{Email: r.PostFormValue("email"), Password: r.PostFormValue("password")}
	account, err := s.signIn(r.Context(), session, s.originOf(r), given)
	if err == nil {
		return remembered{redirect(next(r, "/account")), account.hash}, nil
	}
	given.Password = ""
	return again(err, next(r, "/account"), page{Name: "signin", Title: "Sign in", Content: signInContent{given, next(r, "")}})
}

func (s *server) signOutForm(r *http.Request, session *shop.Session) (response, error) {
	return redirect("/"), s.Store.SignOut(r.Context(), session)
}

func (s *server) signOutEverywhereForm(r *http.Request, session *shop.Session) (response, error) {
	return redirect("/"), s.signOutEverywhere(r.Context(), session)
}
