package shop

import "time"

// firstLife is how long a session lives that was begun and never used: whoever fills the store with carts and
// throws the cookies away does so for an hour.
const firstLife = time.Hour

// Lifetimes say how long sessions live. A guest's cart lives as long as the session; a customer's as long as Idle
// after it was last used.
type Lifetimes struct {
	Idle     time.Duration // after the last use; whole seconds
	SignedIn time.Duration // after signing in, however much the session is used; 0: no limit
}

// First is how long a session lives when it begins.
func (l Lifetimes) First() time.Duration { return min(firstLife, l.Idle) }

// Renewed is how long a session lives on when it is used. age is the time since it began, or since the customer signed
// in, and left how long it has still to live. In its first hour every use doubles what is left, up to Idle; later
// every use makes it Idle. customer says that somebody is signed in. renew is false while not even a tenth would be
// gained: then nothing is written, and no cookie is sent.
func (l Lifetimes) Renewed(age, left time.Duration, customer bool) (lifetime time.Duration, renew bool) {
	lifetime = l.Idle
	if age < firstLife && !customer {
		lifetime = min(l.Idle, max(2*left, l.First()))
	}
	if customer && l.SignedIn > 0 {
		lifetime = min(lifetime, max(l.SignedIn-age, 0))
	}
	return lifetime, lifetime-left > lifetime/10
}
