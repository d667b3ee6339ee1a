-- Opens the session KEYS[1]: what follows has one. Without one the script replies false, and 'later' if there is one
-- that only a later release can read.
local key = KEYS[1]
local content = call('HGETALL', key)
if #content == 0 then return false end
content = lines(content)
if not content then return 'later' end

local cart, age, account, wrote = key, (now - since) * 1000, nil, nil
if customer then
	cart, account = 'cart:' .. customer, 'account:' .. customer
	local known = call('HMGET', account, 'epoch', 'wrote', '%')
	if later(known[3]) then return 'later' end
	if known[1] ~= epoch or signedIn > 0 and age >= signedIn then
		call('DEL', key)
		return false
	end
	wrote = known[2] or '0'
end
