package shop

import (
	"fmt"
	"net/mail"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Limits of what customers write about themselves, in characters unless said otherwise.
const (
	MinPassword = 8   // of a password
	MaxPassword = 128 // of a password, in bytes
	MaxText     = 100 // of a name and of each line of an address
	maxEmail    = 254 // of an e-mail address, in bytes
)

// Customer is somebody with an account.
type Customer struct {
	ID      int64   `json:"-"`
	Email   string  `json:"email"`
	Name    string  `json:"name"`
	Address Address `json:"address"`
}

// Profile is what customers may change about themselves.
type Profile struct {
	Name    string  `json:"name"`
	Address Address `json:"address"`
}

// Address is where parcels go. All of it may be empty.
type Address struct {
	Street     string `json:"street"`
	PostalCode string `json:"postalCode"`
	City       string `json:"city"`
	Country    string `json:"country"`
}

// SignUp is a request for an account.
type SignUp struct {
	Email    string `json:"email"`
	Password string `json:"password"`
	Name     string `json:"name"`
}

// Normalize returns the sign-up with surrounding space removed and the e-mail address in the one form
// that accounts are kept under, or a Refusal naming the first field at fault.
func (s SignUp) Normalize() (SignUp, error) {
	email, err := NormalizeEmail(s.Email)
	if err != nil {
		return SignUp{}, err
	}
	name, err := text("name", s.Name)
	if err != nil {
		return SignUp{}, err
	}
	if name == "" {
		return SignUp{}, Refuse(ErrInvalid, "name is empty: say what to call you", "name")
	}
	if err := CheckPassword("password", s.Password); err != nil {
		return SignUp{}, err
	}
	return SignUp{Email: email, Password: s.Password, Name: name}, nil
}

// CheckPassword refuses what cannot be a password. field is where it was written.
func CheckPassword(field, password string) error {
	if utf8.RuneCountInString(password) < MinPassword || len(password) > MaxPassword {
		return Refuse(ErrInvalid,
			fmt.Sprintf("a password must have at least %d characters and at most %d bytes", MinPassword, MaxPassword), field)
	}
	return nil
}

// NormalizeEmail returns the address in lower case without surrounding space, or a Refusal.
func NormalizeEmail(email string) (string, error) {
	email = strings.ToLower(strings.TrimSpace(email))
	parsed, err := mail.ParseAddress(email)
	if err != nil || parsed.Address != email || len(email) > maxEmail {
		return "", Refuse(ErrInvalid, "email must be an address such as name@example.com", "email")
	}
	return email, nil
}

// Normalize returns the profile with surrounding space removed, or a Refusal naming the first field at fault.
func (p Profile) Normalize() (Profile, error) {
	fields := []struct {
		name  string
		value *string
	}{
		{"name", &p.Name}, {"street", &p.Address.Street}, {"postalCode", &p.Address.PostalCode},
		{"city", &p.Address.City}, {"country", &p.Address.Country},
	}
	for _, f := range fields {
		value, err := text(f.name, *f.value)
		if err != nil {
			return Profile{}, err
		}
		*f.value = value
	}
	if p.Name == "" {
		return Profile{}, Refuse(ErrInvalid, "name is empty: say what to call you", "name")
	}
	return p, nil
}

// text refuses what cannot be printed on a parcel label. Control characters include NUL, which
// PostgreSQL could not store.
func text(field, value string) (string, error) {
	value = strings.TrimSpace(value)
	if utf8.RuneCountInString(value) > MaxText || !utf8.ValidString(value) || strings.ContainsFunc(value, unicode.IsControl) {
		return "", Refuse(ErrInvalid, fmt.Sprintf("%s must be text of at most %d characters on one line", field, MaxText), field)
	}
	return value, nil
}
