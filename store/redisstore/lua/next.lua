-- follows says what a batch is to its instance: 1 the next one, 0 merged before, -1 one after a gap.
local function follows(q, seq)
  local last = tonumber(redis.call('HGET', q, 's') or '0')
  if seq <= last then return 0, last end
  if seq == last + 1 then return 1, last end
  return -1, last
end
local function note(q, seq, mark, ttl)
  redis.call('HSET', q, 's', string.format('%.0f', seq), 'm', mark, 'f', 0)
  if ttl > 0 then redis.call('EXPIRE', q, ttl) end
end
