-- saw remembers a position of the database's log, if none that is further is known.
local function saw(account, wrote, known)
	if tonumber(known or 0) < tonumber(wrote) then call('HSET', account, 'wrote', wrote) end
	call('PEXPIRE', account, idle)
end
