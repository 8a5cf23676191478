-- A month of a dimension is written, and the days that it took in are gone. KEYS: sums, cells. ARGV: prefix, dimension,
-- what the sums began with when they were read, sums, cells, time to expire (0: never), then those days.
-- Returns 1, or 0 if what was read is not what rests any more.
local p, dim, at = ARGV[1], ARGV[2], tonumber(ARGV[6])
if redis.call('GETRANGE', KEYS[1], 0, 8) ~= ARGV[3] then return 0 end
local days = {}
for i = 7, #ARGV do
  days[#days + 1] = p .. 'z:' .. ARGV[i] .. ':' .. dim
  if redis.call('EXISTS', days[#days]) == 0 then return 0 end
end
redis.call('UNLINK', KEYS[1], KEYS[2])
for i = 1, 2 do
  if ARGV[3 + i] ~= '' then
    redis.call('SET', KEYS[i], ARGV[3 + i])
    if at > 0 then redis.call('EXPIREAT', KEYS[i], at) end
  end
end
if #days > 0 then redis.call('UNLINK', unpack(days)) end
return 1
