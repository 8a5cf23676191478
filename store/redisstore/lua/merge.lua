-- A batch of one chunk. KEYS: q. ARGV: prefix, seq, mark, ttl of q, chunk.
local seq = tonumber(ARGV[2])
local state, last = follows(KEYS[1], seq)
if state ~= 1 then return {state, last} end
note(KEYS[1], seq, ARGV[3], tonumber(ARGV[4]))
return {1, apply(ARGV[1], ARGV[5])}
