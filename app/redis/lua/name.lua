-- newName returns the ID of a customer's cart that has none yet.
local function newName()
	return string.format('%08x%08x', struct.unpack('>I4I4', id))
end
