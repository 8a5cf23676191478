-- One chunk of a longer batch is laid aside. KEYS: q, staged chunks. ARGV: seq, position, chunk.
-- Returns how many are there: a chunk that is there is not laid aside twice, whoever asks and how often.
local state, last = follows(KEYS[1], tonumber(ARGV[1]))
if state ~= 1 then return {state, last} end
local n = redis.call('LLEN', KEYS[2])
if n == tonumber(ARGV[2]) then
  n = redis.call('RPUSH', KEYS[2], ARGV[3])
  redis.call('EXPIRE', KEYS[2], 3600)
end
return {1, n}
