import { z } from 'zod'
import type { NodeLife } from '../node-life.ts'
import type { RateLimits } from '../state-provider.ts'
import { keys } from './keys.ts'
import { script, type RedisLink } from './link.ts'

/** The server counts, by its own clock: any number of processes share one budget. */
const CONSUME = script(`
local points, window, cost = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local text = redis.call('GET', KEYS[1])
local used = tonumber(text or '0')
local left = text and redis.call('PTTL', KEYS[1]) or window
if used + cost > points then return {0, used, left} end
if text then
  used = redis.call('INCRBY', KEYS[1], cost)
else
  used = cost
  redis.call('SET', KEYS[1], cost, 'PX', window)
end
return {1, used, left}`)

const REFUND = script(`
local used = tonumber(redis.call('GET', KEYS[1]) or '0')
if used > 0 then redis.call('DECRBY', KEYS[1], math.min(used, tonumber(ARGV[1]))) end
return 1`)

const Reply = z.tuple([z.number(), z.number(), z.number()])

export function createRedisRateLimits(link: RedisLink, node: NodeLife): RateLimits {
  return {
    async consume(rule, key, cost = 1) {
      node.assertRunning()
      const { name, points, windowSeconds } = rule
      const args = [points, windowSeconds * 1_000, cost]
      const [allowed, used, resetMs] = Reply.parse(await link.run(CONSUME, [keys.limit(name, key)], args))
      return { allowed: allowed === 1, used, limit: points, resetMs: Math.max(0, resetMs) }
    },

    async refund(rule, key, cost = 1) {
      node.assertRunning()
      await link.run(REFUND, [keys.limit(rule.name, key)], [cost])
    },

    async reset(rule, key) {
      node.assertRunning()
      await link.ask((client) => client.del(keys.limit(rule.name, key)))
    },
  }
}
