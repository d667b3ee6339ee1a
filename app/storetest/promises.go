package storetest

// promise is something that not every store can give.
type promise string

const (
	anyInstance    promise = "a session is the same at any instance, and survives the end of one"
	allCount       promise = "changes at the same moment all count and stop exactly at the limits"
	oneToken       promise = "a session keeps its token, and with it its cookie, until somebody signs in or out"
	oldTokensEnd   promise = "a token that was replaced is worth nothing: signing out cannot be undone"
	sharedPosition promise = "what a customer wrote in one browser shows in all of theirs"
	accountCart    promise = "a customer's cart is the same in all their browsers, waits while they are signed out, and takes in a guest's on signing in"
	revocation     promise = "a customer can end all their sessions at once"
	shortFirstLife promise = "a session that is begun and never used again takes room for an hour"

	// The suite cannot break the servers of a store. That these two hold, and that they do not, is shown where the
	// store meets its servers: in package redis, and on the whole stack.
	twoFaults promise = "what was acknowledged survives two faults at once: no replica can be reached, and then the primary dies"
	cacheLoss promise = "carts and sessions survive the loss of the whole cache"
)

// exceptions is the conformance table: what a store cannot promise, and why. A store promises all that it
// has no exception for. Besides these promises, all stores keep every other test of the suite.
var exceptions = map[string]map[promise]string{
	"instance": {
		anyInstance: "each instance has carts of its own, and they end with it (rungs 1 and 2)",
		twoFaults:   "one fault is enough: a cart ends with its instance",
	},
	"cookie": {
		allCount:       "the browser keeps the answer that came last, and the cart in it (two tabs)",
		oneToken:       "the token is the cart, so every change makes another one",
		oldTokensEnd:   "nobody remembers which cookie is the latest: an older one of the visitor's own can be replayed until it expires",
		sharedPosition: "the position is in the cookie, which the customer's other browsers do not have",
		accountCart:    "a cart is in one browser and stays with it, whoever signs in or out there",
		revocation:     "nobody knows which cookies there are",
		shortFirstLife: "it takes no room in the first place",
	},
	"elasticache": {
		twoFaults: "only with cartDurability strict; otherwise a change stands though no replica answered in time, and is counted: a primary that dies then takes it along",
		cacheLoss: "they are in it: everybody is signed out with an empty cart. Orders are in the database, and none is made twice",
	},
	"dynamodb": {},
}
