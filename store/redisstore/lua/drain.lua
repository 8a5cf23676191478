-- One chunk of what is merged but not yet added is added, by whoever comes first. KEYS: w. ARGV: prefix.
-- Returns 1 while there is more.
local head = redis.call('LINDEX', KEYS[1], 0)
if not head then return 0 end
local e = cmsgpack.unpack(head)
local blob = redis.call('LPOP', e[1])
if redis.call('EXISTS', e[1]) == 0 then redis.call('LPOP', KEYS[1]) end
if blob then
  local folded = apply(ARGV[1], blob)
  if folded > 0 then redis.call('HINCRBY', e[2], 'f', folded) end
end
return redis.call('EXISTS', KEYS[1])
