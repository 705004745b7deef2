import { z } from 'zod'
import type { NodeLife } from '../node-life.ts'
import type { RateLimits } from '../state-provider.ts'
import { keys } from './keys.ts'
import { script, type RedisLink } from './link.ts'
import { Purses, verdictOn, type Take } from './purses.ts'

/**
 * The server counts, by its own clock: any number of processes share one budget. Gives at least `cost` and at most `wanted`
 * points, or none.
 */
const TAKE = script(`
local points, window, cost, wanted = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local text = redis.call('GET', KEYS[1])
local used = tonumber(text or '0')
local left = text and redis.call('PTTL', KEYS[1]) or window
local given = math.min(points - used, wanted)
if given < cost then return {0, used, left} end
if text then
  used = redis.call('INCRBY', KEYS[1], given)
else
  used = given
  redis.call('SET', KEYS[1], given, 'PX', window)
end
return {given, used, left}`)

const REFUND = script(`
local used = tonumber(redis.call('GET', KEYS[1]) or '0')
if used > 0 then redis.call('DECRBY', KEYS[1], math.min(used, tonumber(ARGV[1]))) end
return 1`)

const Reply = z.tuple([z.number(), z.number(), z.number()])

export function createRedisRateLimits(link: RedisLink, node: NodeLife): RateLimits {
  const take: Take = async (rule, key, cost, wanted) => {
    const args = [rule.points, rule.windowSeconds * 1_000, cost, wanted]
    const askedAt = performance.now()
    const [given, used, leftMs] = Reply.parse(await link.run(TAKE, [keys.limit(rule.name, key)], args))
    return { given, used, endsAt: askedAt + leftMs }
  }
  const purses = new Purses(take)

  return {
    async consume(rule, key, cost = 1) {
      node.assertRunning()
      if (rule.takenAtOnce !== undefined) return purses.spend(rule, key, cost, rule.takenAtOnce)
      return verdictOn(rule, await take(rule, key, cost, cost), cost)
    },

    async refund(rule, key, cost = 1) {
      node.assertRunning()
      await link.run(REFUND, [keys.limit(rule.name, key)], [cost])
    },

    async reset(rule, key) {
      node.assertRunning()
      purses.drop(rule, key)
      await link.ask((client) => client.del(keys.limit(rule.name, key)))
    },
  }
}
