-- A day gets its final form. KEYS: c. ARGV: prefix, day, time to expire, number of dimensions, folds,
-- then dimension and packed rows by turns. Returns 1 if it closed the day, 0 if it was closed before, -1 if a merged batch waits.
local p, day, at = ARGV[1], ARGV[2], tonumber(ARGV[3])
if redis.call('EXISTS', p .. 'w') == 1 then return -1 end
if redis.call('ZSCORE', KEYS[1], day) then return 0 end
local function set(key, value)
  redis.call('SET', key, value)
  if at > 0 then redis.call('EXPIREAT', key, at) end
end
for i = 6, #ARGV, 2 do set(p .. 'z:' .. day .. ':' .. ARGV[i], ARGV[i + 1]) end
if ARGV[5] ~= '' then set(p .. 'f:' .. day, ARGV[5]) end
for dim = 1, tonumber(ARGV[4]) - 1 do
  local name = day .. ':' .. dim
  redis.call('UNLINK', p .. 'd:' .. name, p .. 'i:' .. name, p .. 'n:' .. name)
end
if #ARGV > 5 or ARGV[5] ~= '' then redis.call('ZADD', p .. 'y', day, day) end
redis.call('ZADD', KEYS[1], day, day)
return 1
