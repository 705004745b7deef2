import { script } from './link.ts'

/**
 * A request is a hash: `state` queued, taken or done; `payload`; `deadline` (ms since 1970, the server's clock); `nodes`, who
 * waits for it; `taker`, the server that took it; `answer`. Its life is one way, and only `queued` is ever taken or withdrawn:
 * hence at most one effect.
 */
const NOW = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)`

/** KEYS: request, queue, servers. ARGV: id, payload, timeoutMs, node, keepMs, channel, wake. */
export const ASK = script(`${NOW}
local state = redis.call('HGET', KEYS[1], 'state')
if state == 'done' then return {'answered', redis.call('HGET', KEYS[1], 'answer')} end
if state then
  local nodes = redis.call('HGET', KEYS[1], 'nodes')
  if not string.find(nodes, ARGV[4], 1, true) then redis.call('HSET', KEYS[1], 'nodes', nodes .. ' ' .. ARGV[4]) end
  local deadline = math.max(tonumber(redis.call('HGET', KEYS[1], 'deadline')), now + ARGV[3])
  redis.call('HSET', KEYS[1], 'deadline', string.format('%.0f', deadline))
  return {'waiting'}
end
redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', now)
if redis.call('ZCARD', KEYS[3]) == 0 then return {'nobody'} end
redis.call('HSET', KEYS[1], 'state', 'queued', 'payload', ARGV[2], 'nodes', ARGV[4],
  'deadline', string.format('%.0f', now + ARGV[3]))
redis.call('PEXPIRE', KEYS[1], ARGV[5])
redis.call('RPUSH', KEYS[2], ARGV[1])
redis.call('PEXPIRE', KEYS[2], ARGV[5])
redis.call('PUBLISH', ARGV[6], ARGV[7])
return {'waiting'}`)

/**
 * KEYS: queue, servers. ARGV: token, beginning of the requests' keys, most to take. What is past its deadline is dropped.
 * Returns id and payload of each.
 */
export const TAKE = script(`${NOW}
local alive = redis.call('ZSCORE', KEYS[2], ARGV[1])
local taken = {}
if not alive or tonumber(alive) <= now then return taken end
while #taken < tonumber(ARGV[3]) do
  local id = redis.call('LPOP', KEYS[1])
  if not id then break end
  local key = ARGV[2] .. id
  local request = redis.call('HMGET', key, 'state', 'payload', 'deadline')
  if request[1] == 'queued' then
    if tonumber(request[3]) > now then
      redis.call('HSET', key, 'state', 'taken', 'taker', ARGV[1])
      redis.call('HDEL', key, 'payload')
      table.insert(taken, {id, request[2]})
    else
      redis.call('DEL', key)
    end
  end
end
return taken`)

/** KEYS: request, answered. ARGV: answer, channel, to and id as JSON, keepMs, most remembered. */
export const ANSWER = script(`${NOW}
local nodes = redis.call('HGET', KEYS[1], 'nodes')
if not nodes then return 0 end
redis.call('HSET', KEYS[1], 'state', 'done', 'answer', ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[5])
redis.call('ZADD', KEYS[2], now, KEYS[1])
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now - ARGV[5])
local surplus = redis.call('ZCARD', KEYS[2]) - ARGV[6]
if surplus > 0 then
  for _, key in ipairs(redis.call('ZRANGE', KEYS[2], 0, surplus - 1)) do redis.call('DEL', key) end
  redis.call('ZREMRANGEBYRANK', KEYS[2], 0, surplus - 1)
end
redis.call('PUBLISH', ARGV[2], '{"kind":"answer","to":' .. ARGV[3] .. ',"id":' .. ARGV[4] ..
  ',"nodes":"' .. nodes .. '","answer":' .. ARGV[1] .. '}')
return 1`)

/** What became of a request. KEYS: request, queue, servers. */
const FATE = `
local state = redis.call('HGET', KEYS[1], 'state')
if state == 'done' then return {'answered', redis.call('HGET', KEYS[1], 'answer')} end
if not state then return {'lost'} end
if state == 'taken' then
  local alive = redis.call('ZSCORE', KEYS[3], redis.call('HGET', KEYS[1], 'taker'))
  if not alive or tonumber(alive) <= now then return {'lost'} end
end`

export const LOOK = script(`${NOW}${FATE}
return {'waiting'}`)

/** Somebody else who sent the same id may wait longer than this one. ARGV: id. */
export const WITHDRAW = script(`${NOW}${FATE}
if state == 'taken' or tonumber(redis.call('HGET', KEYS[1], 'deadline')) > now + 50 then return {'waiting'} end
redis.call('LREM', KEYS[2], 1, ARGV[1])
redis.call('DEL', KEYS[1])
return {'nobody'}`)

/** KEYS: servers. ARGV: token, aliveMs. */
export const REGISTER = script(`${NOW}
redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
return redis.call('PEXPIRE', KEYS[1], ARGV[2] * 2)`)

export const UNREGISTER = script(`return redis.call('ZREM', KEYS[1], ARGV[1])`)
