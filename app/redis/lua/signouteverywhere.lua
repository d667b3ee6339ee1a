-- Ends all sessions of a customer. KEYS[1]: the account. ARGV: id, and its new epoch: however often the script is repeated,
-- it is this one, so whoever signs in meanwhile stays signed in.
local known = call('HMGET', KEYS[1], 'epoch', '%')
if later(known[2]) then return 'later' end
if known[1] then call('HSET', KEYS[1], 'epoch', ARGV[2]) end
return 1
