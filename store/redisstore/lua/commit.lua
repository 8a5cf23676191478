-- All chunks are there: from here on the batch is merged, whatever becomes of its writer. KEYS: q, staged
-- chunks. ARGV: prefix, seq, mark, ttl of q, number of chunks. Returns how many chunks are there.
local seq = tonumber(ARGV[2])
local state, last = follows(KEYS[1], seq)
if state ~= 1 then return {state, last} end
local n = redis.call('LLEN', KEYS[2])
if n ~= tonumber(ARGV[5]) then return {1, n} end
note(KEYS[1], seq, ARGV[3], tonumber(ARGV[4]))
redis.call('PERSIST', KEYS[2])
redis.call('RPUSH', ARGV[1] .. 'w', cmsgpack.pack({KEYS[2], KEYS[1]}))
return {1, n}
