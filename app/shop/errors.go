package shop

import (
	"errors"
	"fmt"
)

// The kinds of failure that a visitor can be told about. Packages wrap them with the particulars
// (fmt.Errorf("…: %w", kind)); anything else is a defect and reaches the visitor as "internal error".
var (
	ErrInvalid         = errors.New("invalid")           // the request asks for something that is never allowed
	ErrNotFound        = errors.New("not found")         // no such product or page
	ErrConflict        = errors.New("conflict")          // it contradicts what is already there
	ErrUnauthenticated = errors.New("not signed in")     // nobody is signed in, or the password is wrong
	ErrUnavailable     = errors.New("not available now") // a store is away; the same request may work later
	ErrTooMany         = errors.New("too many attempts") // they were not looked at; later ones may be
	ErrLimit           = errors.New("over the limit")    // the cart would grow over its limits; it did not change
)

// ErrOutdated is the ErrConflict of an order whose products, or their prices, are not what the customer was shown.
var ErrOutdated = fmt.Errorf("the products have changed: %w", ErrConflict)

// Refusal is an error whose text is written for the visitor: of the given kind, saying what is accepted.
type Refusal struct {
	Kind   error
	Reason string
	Fields []string // of the form or document that are at fault, if it is some of them
}

// Refuse returns a Refusal. fields are those that are at fault.
func Refuse(kind error, reason string, fields ...string) error {
	return &Refusal{Kind: kind, Reason: reason, Fields: fields}
}

func (r *Refusal) Error() string { return r.Reason }

// Unwrap makes errors.Is(err, kind) work.
func (r *Refusal) Unwrap() error { return r.Kind }
