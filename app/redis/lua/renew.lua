-- Renews the session as shop.Lifetimes.Renewed says, and what belongs to it. The script replies whether the session
-- was renewed, and the content that it is to show.
local left, lifetime, renewed = call('PTTL', key), idle, 0
if age < begun and not customer then lifetime = math.min(idle, math.max(2 * left, begun)) end
if customer and signedIn > 0 then lifetime = math.min(lifetime, signedIn - age) end
if lifetime - left > lifetime / 10 then
	call('PEXPIRE', key, lifetime)
	if customer then call('PEXPIRE', account, idle) end
	renewed = 1
end
if customer and idle - call('PTTL', cart) > idle / 10 then call('PEXPIRE', cart, idle) end
return {renewed, content}
