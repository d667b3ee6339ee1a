-- Forgets a customer. KEYS: the account, without whose epoch no session is the customer's, and the cart.
if later(call('HGET', KEYS[1], '%')) or not lines(call('HGETALL', KEYS[2])) then return 'later' end
call('DEL', KEYS[1], KEYS[2])
return 1
