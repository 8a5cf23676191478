-- An entry is appended to the ledger unless its id is there. KEYS: order, entries. ARGV: id, leaf and sealed.
if redis.call('HEXISTS', KEYS[2], ARGV[1]) == 1 then return 0 end
local n = redis.call('RPUSH', KEYS[1], ARGV[1])
redis.call('HSET', KEYS[2], ARGV[1], struct.pack('>I8', n - 1) .. ARGV[2])
return 1
