package forecast

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"myclothes/infra/guards"
	"myclothes/local/engine"
	"myclothes/local/forecast/userdata"
)

// store is where carts are, as the user data tells the service.
type store struct {
	name  string // "" if there is no fleet
	known bool
}

// stores are where carts are before and after.
func (c *change) stores() (from, to store) {
	read := func(g guards.Graph) store {
		value, known := variable(g, "CART_STORE")
		return store{value, known}
	}
	return read(c.before), read(c.after)
}

// variable is what the user data of a graph tells the service by a name.
func variable(g guards.Graph, name string) (value string, known bool) {
	templates := g.Of(guards.LaunchTemplate)
	for _, r := range templates {
		if text, ok := userdata.Script(r.Input("userData")); ok {
			return userdata.Assignments(text)[name], true
		}
	}
	return "", len(templates) == 0
}

var everybody = []string{Guests, Customers}

// cartsLost asks what becomes of carts and sessions where they are.
func cartsLost(c *change) (a Answer) {
	if c.fresh() {
		return Answer{Because: nothing(c, "there is no cart yet")}
	}
	if c.plan.Empty() {
		return a
	}
	lose := func(whose []string, format string, args ...any) {
		a.Because = append(a.Because, Reason{Verdict: Yes, Text: fmt.Sprintf(format, args...)})
		for _, who := range whose {
			if !slices.Contains(a.Whose, who) {
				a.Whose = append(a.Whose, who)
			}
		}
	}
	doubt := func(format string, args ...any) {
		a.Because = append(a.Because, Reason{Verdict: Unknown, Text: fmt.Sprintf(format, args...)})
	}
	from, to := c.stores()
	switch {
	case !from.known || !to.known:
		doubt("only the update will tell the user data, and with it where carts are")
	case from.name != to.name:
		lose(everybody, "carts and sessions stay behind in the old store: cartStore: %s → %s", from.name, to.name)
	}
	c.storesGo(from, lose, doubt)
	c.storesChange(from, doubt)
	if from.name == "instance" || !from.known {
		c.instancesGo(from, lose, doubt)
	}
	c.cookiesGo(from, lose, doubt)
	c.lifetimes(doubt)
	if moved := c.moved(); moved.URN != "" {
		doubt("%s: cache and database cannot move, and carts and customers are lost if they are made anew", fate(moved))
	}
	for _, ch := range c.changes() {
		if !known(ch.Type) {
			doubt("%s, and no table here knows whether carts depend on it", fate(ch))
		}
	}
	if len(a.Because) == 0 {
		text := "carts are in " + from.name + ", and nothing there is replaced or deleted"
		if _, changed := c.released(); changed {
			text += "; what the new release itself does to them its tests say"
		}
		a.Because = nothing(c, text)
	}
	return a
}

type (
	loses  = func(whose []string, format string, args ...any)
	doubts = func(format string, args ...any)
)

// holds is, by the store of carts, what they are in, if that is a resource.
var holds = map[string]string{"elasticache": guards.ReplicationGroup, "dynamodb": guards.Table}

// storesGo are carts on servers, and the customers in the database.
func (c *change) storesGo(from store, lose loses, doubt doubts) {
	for _, ch := range c.changes(guards.ReplicationGroup, guards.Table, guards.DBInstance) {
		if !c.gone(ch) || c.was(ch).Input("replicateSourceDb") != nil {
			continue
		}
		switch {
		case ch.Type == guards.DBInstance:
			lose([]string{Customers}, "%s: nobody is a customer any more, and who is signed in is not known", fate(ch))
		case !from.known:
			doubt("%s, and it is not known whether carts are in it", fate(ch))
		case holds[from.name] == ch.Type:
			lose(everybody, "%s: all carts and sessions are in it", fate(ch))
		}
	}
	for _, ch := range c.changes(guards.ReplicationGroup) {
		for _, p := range ch.Properties {
			single := c.is(ch).Input("numCacheClusters") == 1.0
			if name := root(p.Path); ch.Operation == engine.Update && single && (name == "engineVersion" || name == "nodeType") && from.name == "elasticache" {
				doubt("%s: %s: without a replica ElastiCache keeps what it can of the carts", ch.Title(), turn(p))
			}
		}
	}
}

// storesChange are stores that stay, and of which no table knows whether what is in them
// does.
func (c *change) storesChange(from store, doubt doubts) {
	for _, ch := range c.changes(guards.ReplicationGroup, guards.Table, guards.DBInstance) {
		for _, p := range c.strange(ch) {
			if !from.known || ch.Type == guards.DBInstance || holds[from.name] == ch.Type {
				doubt("%s: %s: no table here knows what that does to what is in it", ch.Title(), turn(p))
			}
		}
	}
	for _, ch := range c.changes(guards.CacheParameterGroup) {
		for _, p := range ch.Properties {
			if ch.Operation == engine.Update && root(p.Path) == "parameters" && (!from.known || from.name == "elasticache") {
				doubt("%s: %s: whether carts stay when the cache is full, or idle, is one of its parameters", ch.Title(), turn(p))
			}
		}
	}
}

// instancesGo are carts in the memory of instances.
func (c *change) instancesGo(from store, lose loses, doubt doubts) {
	say := func(text string) {
		if from.known {
			lose(everybody, "%s, and carts are in the memory of instances", text)
		} else {
			doubt("%s, and it is not known whether carts are in the memory of instances", text)
		}
	}
	if r := c.roll(); r.yes {
		say("the fleet rolls (" + strings.Join(r.because, "; ") + ")")
	}
	for _, ch := range c.changes(guards.AutoScalingGroup) {
		for _, p := range ch.Properties {
			old, _ := number(p.Old)
			new, _ := number(p.New)
			switch name := root(p.Path); {
			case name == "vpcZoneIdentifiers" && ch.Operation == engine.Update, (name == "maxSize" || name == "minSize") && new < old:
				say("instances may be taken out of service (" + turn(p) + ")")
			}
		}
	}
	for _, ch := range c.changes(guards.TargetGroup) {
		for _, p := range ch.Properties {
			if root(p.Path) == "stickiness" || ch.Operation != engine.Update {
				say("people may come to other instances than before (" + turn(p) + ")")
				break
			}
		}
	}
}

// cookiesGo are cookies that no longer say who somebody is, or what is in a cart.
func (c *change) cookiesGo(from store, lose loses, doubt doubts) {
	old, wasKnown := variable(c.before, "CART_SESSION_COOKIE")
	new, isKnown := variable(c.after, "CART_SESSION_COOKIE")
	switch {
	case wasKnown && isKnown && old != new && from.name == "cookie":
		lose(everybody, "the cookie has another name, and carts are in it: %s → %s", old, new)
	case wasKnown && isKnown && old != new:
		lose(everybody, "the session cookie has another name: %s → %s. Guests begin with an empty cart, customers sign in again and have theirs", old, new)
	}
	for _, ch := range c.changes(guards.RandomBytes) {
		if c.gone(ch) && from.name == "cookie" {
			lose(everybody, "%s: who still has a cookie of that key begins with an empty cart, and is signed out", fate(ch))
		} else if c.gone(ch) && !from.known {
			doubt("%s, and it is not known whether carts are encrypted by it", fate(ch))
		}
	}
	for _, ch := range c.changes(guards.LoadBalancer) {
		if c.gone(ch) {
			lose(everybody, "%s: cookies belong to the old address. Guests begin with an empty cart, customers sign in again", fate(ch))
		}
	}
}

// lifetimes are sessions that end sooner than they would have.
func (c *change) lifetimes(doubt doubts) {
	for _, name := range []string{"CART_SESSION_TTL", "CART_SESSION_LIMIT"} {
		old, _ := variable(c.before, name)
		new, _ := variable(c.after, name)
		before, err := time.ParseDuration(old)
		after, errAfter := time.ParseDuration(new)
		if err == nil && errAfter == nil && before != after && (after < before && after != 0 || before == 0) {
			doubt("sessions that are older than the new limit end: %s: %s → %s", name, old, new)
		}
	}
}

// released is the release after, and whether it is another one than before.
func (c *change) released() (release string, changed bool) {
	old, _ := variable(c.before, "CART_RELEASE")
	new, _ := variable(c.after, "CART_RELEASE")
	return new, old != new
}
