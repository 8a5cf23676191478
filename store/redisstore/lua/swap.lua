-- A document is replaced if it is what it is believed to be. KEYS: documents. ARGV: key, whether there is
-- an old one ("1" or ""), old, whether there is a new one, new.
local held = redis.call('HGET', KEYS[1], ARGV[1])
if ARGV[2] == '' then
  if held then return 0 end
elseif held ~= ARGV[3] then
  return 0
end
if ARGV[4] ~= '' then
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[5])
elseif held then
  redis.call('HDEL', KEYS[1], ARGV[1])
end
return 1
