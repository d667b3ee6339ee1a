-- Opens the cart of a customer. That of a guest is the session.
if customer then
	content = lines(call('HGETALL', cart))
	if not content then return 'later' end
end
