-- Some of the days before one are removed. KEYS: y, c. ARGV: prefix, day, number of dimensions.
-- Returns how many were, 0 when none is left, -1 if a merged batch waits.
local p, before = ARGV[1], '(' .. ARGV[2]
if redis.call('EXISTS', p .. 'w') == 1 then return -1 end
local days = redis.call('ZRANGE', KEYS[1], '-inf', before, 'BYSCORE', 'LIMIT', 0, 16)
for _, day in ipairs(days) do
  local keys = {p .. 't:' .. day, p .. 'f:' .. day}
  for dim = 1, tonumber(ARGV[3]) - 1 do
    for _, kind in ipairs({'z:', 'd:', 'i:', 'n:'}) do keys[#keys + 1] = p .. kind .. day .. ':' .. dim end
  end
  redis.call('UNLINK', unpack(keys))
  redis.call('ZREM', KEYS[1], day)
  redis.call('ZREM', KEYS[2], day)
end
if #days == 0 then redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', before) end
return #days
