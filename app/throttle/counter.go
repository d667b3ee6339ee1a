package throttle

import (
	"crypto/sha256"
	"encoding/base64"
	"time"

	"myclothes/app/shop"
)

// window is how long attempts are counted together, from the first of them on.
const window = 15 * time.Minute

// The limits of attempts that failed, in a window. Somebody who mistypes has enough of them; a customer is not locked
// out by strangers who guess from elsewhere before there are many, and never where they signed in before; and a whole
// office behind one address may mistype.
const (
	pairLimit    = 5   // for one account from one client
	accountLimit = 50  // for one account, from anywhere
	clientLimit  = 100 // from one client, for any account
	deviceLimit  = 10  // for one account, from one device it knows
)

// signInLimit is how often somebody may sign in to one account in a window. Every time costs a processor some 20 ms.
const signInLimit = 100

// sessionWindow is how long the sessions are counted together that a client begins.
const sessionWindow = time.Hour

// counter counts what happened in a window that begins with the first time.
type counter struct {
	key    string
	limit  int
	window time.Duration
}

// change is how much a counter is to go up, or down if negative: never below nothing.
type change struct {
	counter
	more int
}

// changes makes the counters go up by as much as more says.
func changes(counters []counter, more int) []change {
	list := make([]change, 0, len(counters))
	for _, c := range counters {
		list = append(list, change{c, more})
	}
	return list
}

// failures are the counters of attempts that do not succeed. The first is forgotten when one does.
func failures(a shop.Attempt) []counter {
	byClient := counter{hash("client", a.Client), clientLimit, window}
	switch {
	case a.Account == "":
		return []counter{byClient}
	case a.Device != "":
		return []counter{{hash("device", a.Account, a.Device), deviceLimit, window}}
	}
	return []counter{
		{hash("pair", a.Account, a.Client), pairLimit, window},
		{hash("account", a.Account), accountLimit, window},
		byClient,
	}
}

// successes are the counters of attempts that succeed, each of which begins a session. Customers on devices they
// signed in from before are counted apart, so that nobody at the same address can use up what they may.
func (t *Throttle) successes(a shop.Attempt) []counter {
	var list []counter
	if a.Account != "" {
		list = append(list, counter{hash("signed in", a.Account), signInLimit, window})
	}
	if t.newSessions > 0 {
		kind := "signed in from"
		if a.Device != "" {
			kind = "known signed in from"
		}
		list = append(list, counter{hash(kind, a.Client), t.newSessions, sessionWindow})
	}
	return list
}

func hash(parts ...string) string {
	h := sha256.New()
	for _, part := range parts {
		h.Write([]byte(part))
		h.Write([]byte{0})
	}
	return "throttle:" + base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:16])
}
