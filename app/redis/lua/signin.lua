-- Signs a customer in. KEYS: the session there was, and the new one, whose token nobody knows before this was
-- answered: if it is there, this script is repeated. ARGV: id, number of the customer, position, and the epoch of an
-- account that has none. The lines of a guest move to the customer's cart, and what only a later release knows about
-- the guest to the new session.
local old, new, number, fresh = KEYS[1], KEYS[2], ARGV[2], ARGV[4]
if call('EXISTS', new) == 1 then return 1 end
local account, cart = 'account:' .. number, 'cart:' .. number
local known = call('HMGET', account, 'epoch', 'wrote', '%')
local theirs = lines(call('HGETALL', cart))
local named = name
if not theirs or later(known[3]) then return 'later' end
local session = call('HGETALL', old)
local guests = lines(call('HGETALL', old))
if not guests then return 'later' end

if not customer then
	local quantities = {}
	for i = 1, #theirs, 2 do quantities[theirs[i]] = theirs[i + 1] end
	for i = 1, #guests, 2 do
		local sku = guests[i]
		call('HSET', cart, sku, math.min((quantities[sku] or 0) + guests[i + 1], maxQuantity))
	end
	for i = 1, #session, 2 do
		local field = session[i]
		local ours = string.find(field, '^[a-z0-9]') or string.find(field, '^[+*@#=%%]?$')
		if not ours then call('HSET', new, field, session[i + 1]) end
	end
end
if not named then call('HSET', cart, '#', string.format('%08x%08x', struct.unpack('>I4I4', id))) end
call('PEXPIRE', cart, idle)

call('DEL', old)
if not known[1] then call('HSET', account, 'epoch', fresh) end
saw(account, ARGV[3], known[2])
call('HSET', new, '@', number .. ':' .. (known[1] or fresh), '+', now)
call('PEXPIRE', new, signedIn > 0 and math.min(idle, signedIn) or idle)
return 1
