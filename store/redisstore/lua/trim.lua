-- Rows of some dimensions are removed from some of the days before one. KEYS: y, c. ARGV: prefix, first day to look
-- at ("-inf" or "(day"), day, then dimensions. Returns the last day looked at ("" when none is left) and how many
-- keys were removed; -1 if a merged batch waits.
local p = ARGV[1]
if redis.call('EXISTS', p .. 'w') == 1 then return {'', -1} end
local days = redis.call('ZRANGE', KEYS[1], ARGV[2], '(' .. ARGV[3], 'BYSCORE', 'LIMIT', 0, 16)
local removed = 0
for _, day in ipairs(days) do
  local kinds = redis.call('ZSCORE', KEYS[2], day) and {'z:'} or {'z:', 'd:', 'i:', 'n:'}
  local keys = {}
  for i = 4, #ARGV do
    for _, kind in ipairs(kinds) do keys[#keys + 1] = p .. kind .. day .. ':' .. ARGV[i] end
  end
  if #keys > 0 then removed = removed + redis.call('UNLINK', unpack(keys)) end
end
return {days[#days] or '', removed}
