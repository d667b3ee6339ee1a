-- Ends the session of a customer, and with a new epoch of the account all of them. ARGV: id, and the epoch or nothing.
-- A guest's session goes on.
if customer then
	call('DEL', key)
	if ARGV[2] ~= '' then call('HSET', account, 'epoch', ARGV[2]) end
	return 'ended'
end
content = {}
