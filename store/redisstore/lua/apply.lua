-- apply adds one chunk of a batch. p is the prefix of the site's keys: all have its hash tag, so all are in
-- this slot. Returns how many rows were left to "other". Group: dim (0: hourly totals), day, cap, time to
-- expire (0: never), values, counts.
-- add adds two rows of counts without a table, which would cost more than all else. Most rows are narrow: nine numbers, the
-- first eight measures and the sixteenth. A wide one has twenty-eight, or twenty-four or sixteen if it rests from before there were more.
local unpackCounts, packCounts = cmsgpack.unpack, cmsgpack.pack
local function widen(row)
  local n1, n2, n3, n4, n5, n6, n7, n8, n9, n10 = unpackCounts(row)
  if n10 then return unpackCounts(row) end
  return n1, n2, n3, n4, n5, n6, n7, n8, 0, 0, 0, 0, 0, 0, 0, n9
end
local function addWide(a, b)
  local a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14, a15, a16, a17, a18, a19, a20, a21, a22, a23, a24, a25, a26, a27, a28 = widen(a)
  local b1, b2, b3, b4, b5, b6, b7, b8, b9, b10, b11, b12, b13, b14, b15, b16, b17, b18, b19, b20, b21, b22, b23, b24, b25, b26, b27, b28 = widen(b)
  return packCounts(a1 + b1, a2 + b2, a3 + b3, a4 + b4, a5 + b5, a6 + b6, a7 + b7, a8 + b8, a9 + b9, a10 + b10, a11 + b11, a12 + b12, a13 + b13, a14 + b14, a15 + b15, a16 + b16, (a17 or 0) + (b17 or 0), (a18 or 0) + (b18 or 0), (a19 or 0) + (b19 or 0), (a20 or 0) + (b20 or 0), (a21 or 0) + (b21 or 0), (a22 or 0) + (b22 or 0), (a23 or 0) + (b23 or 0), (a24 or 0) + (b24 or 0), (a25 or 0) + (b25 or 0), (a26 or 0) + (b26 or 0), (a27 or 0) + (b27 or 0), (a28 or 0) + (b28 or 0))
end
local function add(a, b)
  local a1, a2, a3, a4, a5, a6, a7, a8, a9, a10 = unpackCounts(a)
  local b1, b2, b3, b4, b5, b6, b7, b8, b9, b10 = unpackCounts(b)
  if a10 or b10 then return addWide(a, b) end
  return packCounts(a1 + b1, a2 + b2, a3 + b3, a4 + b4, a5 + b5, a6 + b6, a7 + b7, a8 + b8, a9 + b9)
end

local function sum(key, fields, counts)
  local held = redis.call('HMGET', key, unpack(fields))
  local out = {}
  for i = 1, #fields do
    local h = held[i]
    out[2 * i - 1] = fields[i]
    out[2 * i] = h and add(h, counts[i]) or counts[i]
  end
  redis.call('HSET', key, unpack(out))
end

local function expire(key, at)
  if at > 0 then redis.call('EXPIREAT', key, at, 'NX') end
end

-- identify finds or gives the ids of values: an id is the position in the list n. A value beyond the cap has none.
local function identify(p, at, name, values, counts, cap)
  local ikey, nkey = p .. 'i:' .. name, p .. 'n:' .. name
  local ids = redis.call('HMGET', ikey, unpack(values))
  local n = redis.call('LLEN', nkey)
  local fresh, index, keep, kept = {}, {}, {}, {}
  for i = 1, #values do
    local id = ids[i]
    if not id and n < cap then
      n = n + 1
      id = n
      fresh[#fresh + 1] = values[i]
      index[#index + 1] = values[i]
      index[#index + 1] = id
    end
    if id then
      keep[#keep + 1] = id
      kept[#kept + 1] = counts[i]
    end
  end
  if #fresh > 0 then
    redis.call('HSET', ikey, unpack(index))
    redis.call('RPUSH', nkey, unpack(fresh))
    expire(ikey, at)
    expire(nkey, at)
  end
  return keep, kept, #fresh > 0
end

local function apply(p, blob)
  local folded, closed = 0, {}
  for _, g in ipairs(cmsgpack.unpack(blob)) do
    local dim, day, cap, at, fields, counts = g[1], string.format('%d', g[2]), g[3], g[4], g[5], g[6]
    if closed[day] == nil then
      closed[day] = redis.call('ZSCORE', p .. 'c', day) and true or false
      redis.call('ZADD', p .. 'y', day, day)
    end
    if dim == 0 then
      sum(p .. 't:' .. day, fields, counts)
      expire(p .. 't:' .. day, at)
    elseif closed[day] then
      folded = folded + #fields
    else
      local name = day .. ':' .. string.format('%d', dim)
      local keep, kept, fresh = identify(p, at, name, fields, counts, cap)
      folded = folded + #fields - #keep
      if #keep > 0 then sum(p .. 'd:' .. name, keep, kept) end
      if fresh then expire(p .. 'd:' .. name, at) end
    end
  end
  return folded
end
