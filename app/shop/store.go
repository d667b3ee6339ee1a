package shop

import "context"

// CartStore keeps one cart per session. Implementations are safe for concurrent use.
//
// The session names the cart: a store reads s.Token and, when the operation succeeded, calls s.Keep
// with the token that the browser must hold from then on. That may be the same identifier, a new one, or
// (for a store that keeps carts in cookies) the cart itself. A token that is malformed, unknown or
// expired is a session without a cart, never an error.
//
// Every use of a session renews its lifetime, reads too, as Lifetimes says: not before a tenth of it has passed, and
// the cookie is sent again (s.Keep) only when the session was renewed or has another token. So the answer to a read
// that began before somebody signed in does not bring the old token back.
//
// A change that may have been made is sent again until it is known, for as long as ctx allows: stores give it an
// identifier and remember it with the session, so that it counts once. When an error is returned nothing changed,
// except that an error wrapping ErrUnavailable may leave in doubt whether a change happened. It is the only error a
// healthy caller can meet, besides the refusals named below.
//
// What is kept may have been written by an earlier or the next release. Fields that a store does not know it keeps and
// otherwise ignores. What it cannot read it never overwrites: that is ErrUnavailable. Whatever writes a new format is
// therefore released only after a release that reads it.
//
// Not every store can promise all of this; package storetest has the table of who does not, and why.
type CartStore interface {
	// Cart returns the cart; empty when there is none. It never begins a session.
	Cart(ctx context.Context, s *Session) (Cart, error)

	// Add puts quantity (1 to MaxQuantity) more pieces into the cart and returns it, beginning a session
	// if there is none. Additions at the same moment all count: no reader-modifier-writer may lose one.
	// Refusals: ErrLimit, decided where the cart is kept; what s.MayBegin says, when a session would begin.
	Add(ctx context.Context, s *Session, sku string, quantity int) (Cart, error)

	// Set makes the line's quantity what is given (0 to MaxQuantity, 0 removes it) and returns the cart,
	// beginning a session only if there is something to keep. Refusals are those of Add.
	Set(ctx context.Context, s *Session, sku string, quantity int) (Cart, error)

	// Clear removes all lines and keeps the session: who is signed in stays signed in.
	Clear(ctx context.Context, s *Session) error
}

// SessionStore is a CartStore that also knows who is signed in. The cart of a guest belongs to their session;
// that of a customer to the customer, so that it is the same in all their browsers.
type SessionStore interface {
	CartStore

	// SignedIn says who is signed in; a zero Identity when nobody is.
	SignedIn(ctx context.Context, s *Session) (Identity, error)

	// SignIn makes the session that of the customer, under a new token; the old token is worth nothing
	// afterwards. What a guest had in the cart is added to the customer's cart (see Merge), at once and once:
	// whoever fails in between may sign in again with the old token. wrote is a position up to which this
	// customer must see the database (see Identity.Wrote).
	SignIn(ctx context.Context, s *Session, customer int64, wrote Position) error

	// SignOut ends the customer's session: its token is worth nothing afterwards. The cart waits for the
	// customer. A guest's session is left as it is.
	SignOut(ctx context.Context, s *Session) error

	// SignOutEverywhere ends all sessions of the customer that there are at this moment, in whatever browser. The cart
	// waits for the customer.
	SignOutEverywhere(ctx context.Context, customer int64) error

	// Forget ends all sessions of the customer, and with them the cart is gone.
	Forget(ctx context.Context, customer int64) error

	// Ordered takes what was ordered out of the cart, once (see Cart.Paid): nothing changes if the cart is another
	// one than the order was made from, or has paid for it already.
	Ordered(ctx context.Context, s *Session, r Receipt) error

	// Wrote remembers that the customer's latest write reached the position, for every session of theirs
	// that the store knows. Positions never go back.
	Wrote(ctx context.Context, s *Session, customer int64, at Position) error

	// Ping reports whether the store can be reached.
	Ping(ctx context.Context) error
}

// Identity is who is signed in.
type Identity struct {
	Customer int64    // 0: nobody
	Wrote    Position // the customer must see the database at least as of here
	Left     int64    // nobody: the customer who signed out and left the cart here; 0 if none did
}

// Position is a place in the database's write-ahead log, in bytes from its beginning. A replica that has
// replayed up to a position shows every write before it.
type Position int64
