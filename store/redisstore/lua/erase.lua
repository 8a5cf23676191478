-- Of entries of the ledger nothing is left but position and leaf. KEYS: entries. ARGV: ids.
-- Returns how many held more, -1 if one is not held.
local all, n = redis.call('HMGET', KEYS[1], unpack(ARGV)), 0
for i, id in ipairs(ARGV) do
  if not all[i] then return -1 end
end
for i, id in ipairs(ARGV) do
  if #all[i] > 40 then
    redis.call('HSET', KEYS[1], id, string.sub(all[i], 1, 40))
    n = n + 1
  end
end
return n
