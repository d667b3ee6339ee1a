package redis

import (
	"fmt"

	goredis "github.com/redis/go-redis/v9"

	"myclothes/app/shop"
)

// script is run by its hash, and sent in full only to a server that does not know it yet.
type script = goredis.Script

// Each script works on KEYS[1], the session, and renews it: ARGV[1] is its lifetime in seconds. False
// (nil in Go) says that there is no such session.
var (
	readScript = goredis.NewScript(`
		if redis.call('EXPIRE', KEYS[1], ARGV[1]) == 0 then return false end
		return redis.call('HGETALL', KEYS[1])`)

	// ARGV: lifetime, SKU, quantity, whether to begin the session.
	addScript = goredis.NewScript(changeLine(`redis.call('HGET', KEYS[1], ARGV[2]) or 0`))
	setScript = goredis.NewScript(changeLine(`0`))

	clearScript = goredis.NewScript(`
		local who = redis.call('HGET', KEYS[1], '@')
		if not who then return false end
		redis.call('DEL', KEYS[1])
		redis.call('HSET', KEYS[1], '@', who)
		return redis.call('EXPIRE', KEYS[1], ARGV[1])`)

	// The key of the customer is not among KEYS, because only the session knows who that is. That is
	// allowed where there is one shard, as with cluster mode disabled.
	signedInScript = goredis.NewScript(`
		local who = redis.call('HGET', KEYS[1], '@')
		if not who then return false end
		redis.call('EXPIRE', KEYS[1], ARGV[1])
		return {who, redis.call('GET', 'wrote:' .. who) or '0'}`)

	// KEYS: old session, new session. ARGV: lifetime, customer, position.
	signInScript = goredis.NewScript(`
		if redis.call('EXISTS', KEYS[1]) == 1 then redis.call('RENAME', KEYS[1], KEYS[2]) end
		redis.call('HSET', KEYS[2], '@', ARGV[2])
		redis.call('EXPIRE', KEYS[2], ARGV[1])
		local key = 'wrote:' .. ARGV[2]
		if tonumber(redis.call('GET', key) or 0) < tonumber(ARGV[3]) then
			redis.call('SET', key, ARGV[3], 'EX', ARGV[1])
		end
		return 1`)

	// KEYS: old session, new session. Returns whether there is a cart to keep. The old session is gone
	// when the script is repeated after an answer was lost; then the new one is there.
	signOutScript = goredis.NewScript(`
		if redis.call('HLEN', KEYS[1]) > 1 then redis.call('RENAME', KEYS[1], KEYS[2]) end
		redis.call('DEL', KEYS[1])
		if redis.call('EXISTS', KEYS[2]) == 0 then return 0 end
		redis.call('HSET', KEYS[2], '@', '')
		return redis.call('EXPIRE', KEYS[2], ARGV[1])`)

	// KEYS: the customer's position. Replies may overtake each other, so the furthest position stays.
	wroteScript = goredis.NewScript(`
		if tonumber(redis.call('GET', KEYS[1]) or 0) < tonumber(ARGV[2]) then
			redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[1])
		end
		return 1`)
)

// changeLine is the script that makes the quantity of one line what it is before (a Lua expression) plus
// what is given, within the limits.
func changeLine(before string) string {
	return fmt.Sprintf(`
		local key, sku = KEYS[1], ARGV[2]
		if redis.call('EXISTS', key) == 0 and ARGV[4] == '' then return false end
		local quantity = (%s) + ARGV[3]
		if quantity > %d then return 'quantity' end
		if quantity == 0 then
			redis.call('HDEL', key, sku)
		elseif redis.call('HSET', key, sku, quantity) == 1 and redis.call('HLEN', key) > %d + (redis.call('HEXISTS', key, '@')) then
			redis.call('HDEL', key, sku)
			return 'lines'
		end
		if ARGV[4] ~= '' then redis.call('HSETNX', key, '@', '') end
		redis.call('EXPIRE', key, ARGV[1])
		return redis.call('HGETALL', key)`, before, shop.MaxQuantity, shop.MaxLines)
}
