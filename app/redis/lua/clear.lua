-- Removes all lines.
if not again then
	local skus = {}
	for i = 1, #content, 2 do skus[#skus + 1] = content[i] end
	if #skus > 0 then call('HDEL', cart, unpack(skus)) end
	call('HSET', cart, '*', changes)
end
content = {}
