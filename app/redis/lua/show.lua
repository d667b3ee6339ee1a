-- Shows the name and the orders of a customer's cart with its lines.
if customer then
	local n = #content
	content[n + 1], content[n + 2], content[n + 3], content[n + 4] = '#', name or '', '=', orders
end
