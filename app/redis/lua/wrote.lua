-- Remembers a position. KEYS[1]: the account. ARGV: id, position. Calls may overtake each other, so the furthest stays.
local known = call('HMGET', KEYS[1], 'wrote', '%')
if later(known[2]) then return 'later' end
saw(KEYS[1], ARGV[2], known[1])
return 1
