-- Takes an order out of the cart, as shop.Cart.Paid says. ARGV: id, ID of the cart, number of the order, and SKU and
-- quantity of each line.
if customer and name == ARGV[2] and tonumber(ARGV[3]) > tonumber(orders) then
	local quantities = {}
	for i = 1, #content, 2 do quantities[content[i]] = content[i + 1] end
	for i = 4, #ARGV, 2 do
		local sku = ARGV[i]
		local left = (quantities[sku] or 0) - ARGV[i + 1]
		quantities[sku] = left
		if left > 0 then call('HSET', cart, sku, left) else call('HDEL', cart, sku) end
	end
	call('HSET', cart, '=', ARGV[3])
end
content = {}
