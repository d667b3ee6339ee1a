-- Begins a guest's session with one line. KEYS: the session, whose token nobody knows before this was answered: if it
-- is there, this script is repeated. ARGV: id, SKU, quantity.
if redis.call('EXISTS', KEYS[1]) == 0 then
	local now = struct.unpack('>I4', ARGV[1], 5)
	redis.call('HSET', KEYS[1], '+', now, ARGV[2], ARGV[3], '*', ARGV[1])
	redis.call('PEXPIRE', KEYS[1], begun)
end
return 1
