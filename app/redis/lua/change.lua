-- Changes one line. ARGV: id, SKU, quantity, and 'add' if it is added to what is there.
if not again then
	local sku, quantity, at = ARGV[2], tonumber(ARGV[3]), nil
	for i = 1, #content, 2 do
		if content[i] == sku then at = i end
	end
	if at and ARGV[4] == 'add' then quantity = quantity + content[at + 1] end
	if quantity > maxQuantity then return 'quantity' end
	if quantity > 0 then
		if not at and #content >= 2 * maxLines then return 'lines' end
		at = at or #content + 1
		content[at], content[at + 1] = sku, quantity
		call('HSET', cart, sku, quantity, '*', changes)
	else
		if at then
			table.remove(content, at)
			table.remove(content, at)
			call('HDEL', cart, sku)
		end
		call('HSET', cart, '*', changes)
	end
	if customer and not name then -- the cart is named after the change that begins it
		name = string.format('%08x%08x', struct.unpack('>I4I4', id))
		call('HSET', cart, '#', name)
	end
end
