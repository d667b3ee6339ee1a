-- Ends the session of a customer. A guest's goes on.
if customer then
	call('DEL', key)
	return 'ended'
end
content = {}
