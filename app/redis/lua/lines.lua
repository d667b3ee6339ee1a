-- ARGV[1] is the id of the operation. It ends with the time at which it was asked for: Unix seconds, big-endian.
local call, id = redis.call, ARGV[1]
local now = struct.unpack('>I4', id, 5)

-- later reports whether only later releases can read a hash whose field '%' is this.
local function later(version)
	return (tonumber(version or 0) or format + 1) > format
end

-- The metadata of the hashes that were read.
local since, customer, epoch, changes, name, orders = now, nil, nil, '', nil, '0'

-- lines takes the metadata out of what HGETALL returned, and leaves the lines. It returns nil if this release cannot
-- read it.
local function lines(content)
	local n = 0
	for i = 1, #content, 2 do
		local field, value = content[i], content[i + 1]
		if field == '*' then changes = value
		elseif field == '+' then since = tonumber(value)
		elseif field == '@' then
			customer, epoch = string.match(value, '^(%d+):(%w+)')
			if not customer then return nil end
		elseif field == '#' then name = value
		elseif field == '=' then orders = value
		elseif field == '%' then
			if later(value) then return nil end
		else
			local first = string.byte(field) or 0
			if first > 96 and first < 123 or first > 47 and first < 58 then
				if not string.find(value, '^[1-9]%d*$') then return nil end
				content[n + 1], content[n + 2], n = field, value, n + 2
			end
		end
	end
	for i = #content, n + 1, -1 do content[i] = nil end
	return since and tonumber(orders) and content
end
