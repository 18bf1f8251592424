"""What Redis does in one step. Each script runs alone, and its effects reach the log as one transaction.

Keys of a site, all under `chaperone:{site}:`

    grant:ID       hash: state (JSON, without tries, length and head), tries, length, head
    records:ID     list of a chain's bodies
    sessions:ID    set of a grant's session keys; gone two days after the newest
    spent:ID:DAY   hash: records, bytes; gone two days later
    link:H code:H token:H   the id of the grant with this hash
    session:KEY    hash, gone two days after it began
    documents      set of kinds; documents:KIND   hash: key to version, a space, body
    grants         sorted set of ids by the time of minting
    endings        stream of the ids of grants as they end or are reshaped
    site           hash: epoch, epoch_at, newest
"""

from typing import Final

MOVE_EPOCH: Final = """
return redis.call('HINCRBY', KEYS[1], 'epoch', 1)
"""

RAISE_EPOCH: Final = """
local epoch = tonumber(redis.call('HGET', KEYS[1], 'epoch') or '0')
epoch = math.max(epoch, tonumber(ARGV[1])) + 1
redis.call('HSET', KEYS[1], 'epoch', string.format('%.0f', epoch))
return epoch
"""

_NOTE: Final = """
local function note(site, at, changed)
  local known = redis.call('HMGET', site, 'newest', 'epoch_at', 'epoch')
  if tonumber(at) > tonumber(known[1] or '0') then redis.call('HSET', site, 'newest', at) end
  if changed or tonumber(at) >= tonumber(known[2] or '0') + 60000 then
    redis.call('HSET', site, 'epoch_at', at)
    return redis.call('HINCRBY', site, 'epoch', 1)
  end
  return tonumber(known[3] or '0')
end
"""

ADD: Final = (
    _NOTE
    + """
-- KEYS grant, records, grants, site, then the hashes; ARGV id, state, tries, length, head, at, minted_at, body
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
for i = 5, #KEYS do if redis.call('EXISTS', KEYS[i]) == 1 then return 0 end end
redis.call('HSET', KEYS[1], 'state', ARGV[2], 'tries', ARGV[3], 'length', ARGV[4], 'head', ARGV[5])
redis.call('RPUSH', KEYS[2], ARGV[8])
redis.call('ZADD', KEYS[3], ARGV[7], ARGV[1])
for i = 5, #KEYS do redis.call('SET', KEYS[i], ARGV[1]) end
return note(KEYS[4], ARGV[6], true)
"""
)

TAKE: Final = (
    _NOTE
    + """
-- KEYS grant, records, endings, site
-- ARGV head that is known, new head, new length, at, state or '', tries or '', id if it ends or is reshaped, or '', bodies...
local found = redis.call('HMGET', KEYS[1], 'state', 'tries', 'length', 'head')
if found[4] ~= ARGV[1] then return {0, found} end
redis.call('HSET', KEYS[1], 'head', ARGV[2], 'length', ARGV[3])
if ARGV[5] ~= '' then redis.call('HSET', KEYS[1], 'state', ARGV[5]) end
if ARGV[6] ~= '' then redis.call('HSET', KEYS[1], 'tries', ARGV[6]) end
for i = 8, #ARGV do redis.call('RPUSH', KEYS[2], ARGV[i]) end
if ARGV[7] ~= '' then redis.call('XADD', KEYS[3], 'MAXLEN', '~', 10000, '*', 'grant', ARGV[7]) end
local epoch = note(KEYS[4], ARGV[4], ARGV[5] ~= '')
return {1, epoch, redis.call('HGET', KEYS[1], 'tries')}
"""
)

SPEND_TRY: Final = """
local left = tonumber(redis.call('HGET', KEYS[1], 'tries') or '0')
if left <= 0 then return -1 end
return redis.call('HINCRBY', KEYS[1], 'tries', -1)
"""

RESTORE_TRIES: Final = """
if redis.call('EXISTS', KEYS[1]) == 1 then redis.call('HSET', KEYS[1], 'tries', ARGV[1]) end
return 0
"""

TOUCH: Final = """
local known = redis.call('HGET', KEYS[1], 'used_at')
if known and tonumber(ARGV[1]) > tonumber(known) then redis.call('HSET', KEYS[1], 'used_at', ARGV[1]) end
return 0
"""

ERASE: Final = """
-- KEYS grant, grants, documents, then what is deleted; ARGV id, state
redis.call('HSET', KEYS[1], 'state', ARGV[2], 'tries', 0)
redis.call('ZADD', KEYS[2], 0, ARGV[1])
for i = 4, #KEYS do redis.call('DEL', KEYS[i]) end
for _, kind in ipairs(redis.call('SMEMBERS', KEYS[3])) do
  for _, key in ipairs(redis.call('HKEYS', KEYS[3] .. ':' .. kind)) do
    if key == ARGV[1] or string.sub(key, 1, #ARGV[1] + 1) == ARGV[1] .. '/' then
      redis.call('HDEL', KEYS[3] .. ':' .. kind, key)
    end
  end
end
return 0
"""

PUT: Final = """
-- KEYS documents of the kind, documents, site; ARGV kind, key, version that was read or 0, body
local found = redis.call('HGET', KEYS[1], ARGV[2])
local version = '0'
if found then version = string.match(found, '^%d+') end
if version ~= ARGV[3] then return 0 end
local epoch = redis.call('HINCRBY', KEYS[3], 'epoch', 1)
redis.call('SADD', KEYS[2], ARGV[1])
redis.call('HSET', KEYS[1], ARGV[2], string.format('%.0f', epoch) .. ' ' .. ARGV[4])
return epoch
"""

DROP: Final = """
redis.call('HDEL', KEYS[1], ARGV[1])
return redis.call('HINCRBY', KEYS[2], 'epoch', 1)
"""

DROP_PASSING: Final = """
-- KEYS documents; ARGV how their kinds begin
for _, kind in ipairs(redis.call('SMEMBERS', KEYS[1])) do
  if string.sub(kind, 1, #ARGV[1]) == ARGV[1] then redis.call('DEL', KEYS[1] .. ':' .. kind) end
end
return 0
"""
