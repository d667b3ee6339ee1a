package redis

import (
	"strconv"

	"myclothes/app/shop"
)

// common is what all scripts begin with. ARGV[1] is the lifetime of a session in seconds. The keys of a
// customer are not among KEYS, because only the session knows whose it is. That is allowed where there is
// one shard, as with cluster mode disabled.
var common = `
	local call, ttl = redis.call, ARGV[1]

	-- open returns the cart of a session: its key, its content as HGETALL gives it, and the customer's number
	-- (nil for a guest). It returns nil if there is no such session. It renews all but the cart.
	local function open(session)
		local content = call('HGETALL', session)
		if #content == 0 then return nil end
		if content[1] ~= '@' then return session, content end
		if content[2] == '' then return session, {} end
		local customer, epoch = string.match(content[2], '^(%d+):(.+)$')
		local account, cart = 'account:' .. customer, 'cart:' .. customer
		if call('HGET', account, 'epoch') ~= epoch then
			call('DEL', session)
			return nil
		end
		call('EXPIRE', session, ttl)
		call('EXPIRE', account, ttl)
		return cart, call('HGETALL', cart), customer
	end

	-- parse returns the quantities by SKU, and the latest order.
	local function parse(content)
		local quantities, order = {}, '0'
		for i = 1, #content, 2 do
			if content[i] == '!' then order = content[i + 1] else quantities[content[i]] = tonumber(content[i + 1]) end
		end
		return quantities, order
	end

	-- write replaces a cart.
	local function write(cart, quantities, order, customer)
		local content = {}
		if order ~= '0' then content = {'!', order} end
		for sku, quantity in pairs(quantities) do
			if quantity > 0 then
				content[#content + 1] = sku
				content[#content + 1] = quantity
			end
		end
		if #content == 0 and not customer then content = {'@', ''} end
		call('DEL', cart)
		if #content > 0 then call('HSET', cart, unpack(content)) end
		call('EXPIRE', cart, ttl)
	end

	local function saw(account, wrote)
		if tonumber(call('HGET', account, 'wrote') or 0) < tonumber(wrote) then call('HSET', account, 'wrote', wrote) end
		call('EXPIRE', account, ttl)
	end
`

// In all scripts but the last, KEYS[1] is the session. False (nil in Go) says that there is no such session.
var (
	readScript = newScript(`
		local cart, content = open(KEYS[1])
		if not cart then return false end
		call('EXPIRE', cart, ttl)
		return content`)

	// KEYS: session, and the one to begin if there is no such session. ARGV: lifetime, SKU, quantity. The
	// reply is whether it was begun, and the content.
	addScript = newScript(changeLine("tonumber(before)"))
	setScript = newScript(changeLine("0"))

	clearScript = newScript(`
		local cart, content, customer = open(KEYS[1])
		if not cart then return false end
		local _, order = parse(content)
		write(cart, {}, order, customer)
		return 1`)

	// ARGV: lifetime, order, and SKU and quantity of each line.
	orderedScript = newScript(`
		local cart, content, customer = open(KEYS[1])
		if not cart then return false end
		local quantities, order = parse(content)
		if tonumber(ARGV[2]) > tonumber(order) then
			for i = 3, #ARGV, 2 do quantities[ARGV[i]] = (quantities[ARGV[i]] or 0) - ARGV[i + 1] end
			write(cart, quantities, ARGV[2], customer)
		end
		return 1`)

	signedInScript = newScript(`
		local cart, _, customer = open(KEYS[1])
		if not cart then return false end
		call('EXPIRE', cart, ttl)
		if not customer then return {} end
		return {customer, call('HGET', 'account:' .. customer, 'wrote') or '0'}`)

	// KEYS: old session, new session. ARGV: lifetime, customer, position, epoch of an account that has none.
	// If the new session is there, the script is being repeated after its answer was lost.
	signInScript = newScript(`
		if call('EXISTS', KEYS[2]) == 1 then return 1 end
		local account, cart = 'account:' .. ARGV[2], 'cart:' .. ARGV[2]
		local guest, content, customer = open(KEYS[1])
		if guest and not customer and #content > 0 then
			local quantities, order = parse(call('HGETALL', cart))
			for i = 1, #content, 2 do
				quantities[content[i]] = math.min((quantities[content[i]] or 0) + content[i + 1], ` + strconv.Itoa(shop.MaxQuantity) + `)
			end
			write(cart, quantities, order, ARGV[2])
		end
		call('DEL', KEYS[1])
		call('HSETNX', account, 'epoch', ARGV[4])
		saw(account, ARGV[3])
		call('HSET', KEYS[2], '@', ARGV[2] .. ':' .. call('HGET', account, 'epoch'))
		call('EXPIRE', KEYS[2], ttl)
		call('EXPIRE', cart, ttl)
		return 1`)

	// ARGV: lifetime, and the account's new epoch if all its sessions are to end. The reply is whether the
	// session is a guest's, and goes on.
	signOutScript = newScript(`
		local cart, _, customer = open(KEYS[1])
		if cart and not customer then
			call('EXPIRE', cart, ttl)
			return 1
		end
		call('DEL', KEYS[1])
		if customer and ARGV[2] ~= '' then call('HSET', 'account:' .. customer, 'epoch', ARGV[2]) end
		return 0`)

	// KEYS: the account. ARGV: lifetime, position. Replies may overtake each other, so the furthest stays.
	wroteScript = newScript(`
		saw(KEYS[1], ARGV[2])
		return 1`)
)

func newScript(body string) *Script { return NewScript(common + body) }

// changeLine is the script that makes the quantity of one line what is given plus what counts of the quantity
// before, within the limits.
func changeLine(counts string) string {
	return `
		local sku, begun = ARGV[2], false
		local cart, content, customer = open(KEYS[1])
		if not cart then
			if ARGV[3] == '0' then return false end
			cart, content, begun = KEYS[2], call('HGETALL', KEYS[2]), true
		end
		local at, lines, before = nil, 0, 0
		for i = 1, #content, 2 do
			if content[i] ~= '!' then lines = lines + 1 end
			if content[i] == sku then at, before = i, content[i + 1] end
		end
		local quantity = ` + counts + ` + ARGV[3]
		if quantity > ` + strconv.Itoa(shop.MaxQuantity) + ` then return 'quantity' end
		if quantity == 0 then
			if at then
				call('HDEL', cart, sku)
				table.remove(content, at)
				table.remove(content, at)
				if lines == 1 and not customer then call('HSET', cart, '@', '') end
			end
		else
			if not at and lines >= ` + strconv.Itoa(shop.MaxLines) + ` then return 'lines' end
			call('HSET', cart, sku, quantity)
			if lines == 0 and not customer and not begun then call('HDEL', cart, '@') end
			at = at or #content + 1
			content[at], content[at + 1] = sku, quantity
		end
		call('EXPIRE', cart, ttl)
		return {begun and 1 or 0, content}`
}
