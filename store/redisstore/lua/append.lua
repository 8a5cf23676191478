-- An entry is appended to the ledger unless its id is there. KEYS: order, entries. ARGV: id, sealed.
if redis.call('HSETNX', KEYS[2], ARGV[1], ARGV[2]) == 1 then redis.call('RPUSH', KEYS[1], ARGV[1]) end
return 1
