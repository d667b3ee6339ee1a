package redis

import (
	"embed"
	"fmt"
	"strings"
	"time"

	"myclothes/app/shop"
)

const (
	// repeatable is for how long a change may be sent again after it was asked for. The server gives a request half
	// of that.
	repeatable = 10 * time.Second
	// remembered is how many changes of one cart are known, at most; at least half as many of the latest. If more
	// than that are made while one of them waits to be sent again, it may count twice.
	remembered = 128
)

// LongestField is how many bytes the longest field of a session or cart has: the changes that are remembered, at 8 bytes
// each. With a hash-max-listpack-value of so many, also a cart that is changed often keeps its compact encoding.
const LongestField = 8 * remembered

// The keys of a customer are not among the KEYS of the scripts, because only the session knows whose it is. That is
// allowed where there is one shard, as with cluster mode disabled.
//
//go:embed lua/*.lua
var lua embed.FS

// scripts are what the store does: one script for each operation, so that each is atomic and one round trip.
type scripts struct {
	read, change, begin, clear, ordered *Script
	signedIn, signIn, signOut, wrote    *Script
	signOutEverywhere, forget           *Script
}

func newScripts(l shop.Lifetimes) *scripts {
	return &scripts{
		read:     evenWhenFull(l, "lines", "session", "cart", "show", "renew"),
		change:   evenWhenFull(l, "lines", "session", "cart", "again", "change", "show", "renew"),
		begin:    newScript(l, "begin"),
		clear:    evenWhenFull(l, "lines", "session", "cart", "again", "clear", "renew"),
		ordered:  evenWhenFull(l, "lines", "session", "cart", "ordered", "renew"),
		signedIn: evenWhenFull(l, "lines", "session", "signedin", "renew"),
		signIn:   evenWhenFull(l, "lines", "saw", "signin"),
		signOut:  evenWhenFull(l, "lines", "session", "signout", "renew"),
		wrote:    evenWhenFull(l, "lines", "saw", "wrote"),

		signOutEverywhere: evenWhenFull(l, "lines", "signouteverywhere"),
		forget:            evenWhenFull(l, "lines", "forget"),
	}
}

// evenWhenFull returns a script that may write when the cache is full: what people have goes on working. Redis and
// Valkey refuse it nothing (https://redis.io/docs/latest/develop/programmability/eval-intro/#script-flags).
func evenWhenFull(l shop.Lifetimes, files ...string) *Script {
	return NewScript("#!lua flags=allow-oom\n" + source(l, files))
}

// newScript returns a script that may write while the cache has room. It may be repeated when the room is gone: it
// fails at its first write, not before.
func newScript(l shop.Lifetimes, files ...string) *Script {
	return NewScript(source(l, files))
}

// source puts a script together: constants, and files of which each uses what those before it declare. Times are in
// milliseconds, save repeatable, which is in seconds.
func source(l shop.Lifetimes, files []string) string {
	var text strings.Builder
	fmt.Fprintf(&text, "local idle, begun, signedIn = %d, %d, %d\n",
		l.Idle.Milliseconds(), l.First().Milliseconds(), l.SignedIn.Milliseconds())
	fmt.Fprintf(&text, "local format, repeatable, remembered = %d, %d, %d\n", format, int(repeatable.Seconds()), remembered)
	fmt.Fprintf(&text, "local maxQuantity, maxLines = %d, %d\n", shop.MaxQuantity, shop.MaxLines)
	for _, file := range files {
		part, err := lua.ReadFile("lua/" + file + ".lua")
		if err != nil {
			panic(err) // the file is not in this program
		}
		text.Write(part)
	}
	return text.String()
}
