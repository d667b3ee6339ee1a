-- Looks for this change among the latest ones of the cart, which are named newest first. Unless it is there, and made
-- again, it is put in front of them; those that cannot come again are cut, and half of them when there are too many.
-- A change that comes when its own name might have been cut is too late: nobody waits for it any more. (Not if it
-- seems a minute late: then it is the clock of another instance that is wrong.)
local again = 0
repeat again = string.find(changes, id, again + 1, true) until not again or again % 8 == 1
if not again then
	local ahead = #changes >= 8 and struct.unpack('>I4', changes, 5) - now or 0
	if ahead > repeatable and ahead < 60 then return 'late' end
	local keep = #changes - #changes % 8
	while keep > 0 and now - struct.unpack('>I4', changes, keep - 3) > repeatable do keep = keep - 8 end
	if keep >= 8 * remembered then keep = 4 * remembered end
	if keep < #changes then changes = string.sub(changes, 1, keep) end
	changes = id .. changes
end
