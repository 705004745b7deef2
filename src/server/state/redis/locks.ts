import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { createLockQueue } from '../lock-queue.ts'
import type { NodeLife } from '../node-life.ts'
import type { Lease, Locks } from '../state-provider.ts'
import { keys } from './keys.ts'
import { script, type RedisLink, type Script } from './link.ts'

/** The longest wait before a lock is asked for again, should the word that it is free be missed. */
const LOOK_AGAIN_MS = 250

/** From the clock, so that fences rise over a flush too. */
const ACQUIRE = script(`
local held = redis.call('GET', KEYS[1])
if held then return {0, redis.call('PTTL', KEYS[1])} end
local time = redis.call('TIME')
local fence = tonumber(redis.call('HGET', KEYS[2], ARGV[1]) or '0') + 1
fence = math.max(fence, time[1] * 1000 + math.floor(time[2] / 1000))
redis.call('HSET', KEYS[2], ARGV[1], string.format('%.0f', fence))
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return {1, fence}`)

const RENEW = script(`
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])`)

const RELEASE = script(`
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[1])
return redis.call('PUBLISH', ARGV[2], ARGV[3])`)

/** Their keys are in the slot of the one that is named. */
const HOLDERS = script(`
local found = {}
for _, name in ipairs(redis.call('HKEYS', KEYS[1])) do
  local key = ARGV[1] .. name
  local held = redis.call('GET', key)
  if held then table.insert(found, {name, held, redis.call('PTTL', key)}) end
end
return found`)

const Acquired = z.tuple([z.number(), z.number()])
const Holding = z.object({ token: z.string(), holder: z.string() })
const Holders = z.array(z.tuple([z.string(), z.string(), z.number()]))

export interface RedisLocksDeps {
  readonly link: RedisLink
  readonly node: NodeLife
  readonly channel: () => string
  /** Milliseconds that nobody can set: how long a lease lasts. */
  readonly monotonicMs: () => number
  readonly now: () => number
}

export function createRedisLocks(deps: RedisLocksDeps): Locks & { hear(name: string): void } {
  const { link, node, monotonicMs } = deps
  const queue = createLockQueue()

  async function tryAcquire(wish: Wish): Promise<Lease | { freeInMs: number }> {
    const { name, ttlMs, holder } = wish
    const text = JSON.stringify({ token: randomUUID(), holder } satisfies z.infer<typeof Holding>)
    const askedAt = monotonicMs()
    const reply = await link.run(ACQUIRE, [keys.lock(name), keys.fences], [name, text, ttlMs])
    const [given, number] = Acquired.parse(reply)
    return given === 1 ? hold(deps, wish, text, number, askedAt) : { freeInMs: number }
  }

  return {
    async acquire(name, { ttlMs, waitMs, holder }) {
      const giveUpAt = monotonicMs() + waitMs
      for (;;) {
        node.assertRunning()
        const answer = await tryAcquire({ name, ttlMs, holder })
        if ('release' in answer) return answer
        const leftMs = giveUpAt - monotonicMs()
        if (leftMs <= 0) return 'busy'
        await queue.wait(name, Math.min(leftMs, answer.freeInMs, LOOK_AGAIN_MS), node)
      }
    },

    async holders() {
      node.assertRunning()
      const held = Holders.parse(await link.run(HOLDERS, [keys.fences], [keys.lock('')]))
      return held
        .map(([name, text, leftMs]) => {
          const { holder } = Holding.parse(JSON.parse(text))
          return { name, holder, expiresAt: deps.now() + leftMs }
        })
        .sort((a, b) => a.name.localeCompare(b.name))
    },

    hear: (name) => queue.wake(name),
  }
}

interface Wish {
  readonly name: string
  readonly ttlMs: number
  readonly holder: string
}

/** A lease that lasts, by our own clock, from when it was last asked for, not from when the answer came. */
function hold(
  deps: RedisLocksDeps,
  { name, ttlMs }: Wish,
  text: string,
  fence: number,
  askedAt: number,
): Lease {
  const { link, node, monotonicMs } = deps
  const lost = new AbortController()
  let endsAt = askedAt + ttlMs
  let over = false
  const timer = setInterval(() => void renew(), ttlMs / 3)
  timer.unref()
  const endWithNode = node.owns(() => {
    if (over) return
    void release()
    lost.abort(new Error(`the lease ${name} ended with its process`))
  })
  const ask = (script: Script, args: ReadonlyArray<string | number>): Promise<unknown> =>
    link.run(script, [keys.lock(name)], [text, ...args])

  async function renew(): Promise<void> {
    if (monotonicMs() >= endsAt) return lose()
    const at = monotonicMs()
    // No answer says nothing: as long as the lease lasts, the next one may.
    const kept = await ask(RENEW, [ttlMs]).catch(() => undefined)
    if (over) return
    if (kept === 1) endsAt = Math.max(endsAt, at + ttlMs)
    else if (kept === 0 || monotonicMs() >= endsAt) lose()
  }

  function end(): boolean {
    if (over) return false
    over = true
    clearInterval(timer)
    endWithNode()
    return true
  }

  function lose(): void {
    if (!end()) return
    lost.abort(new Error(`the lease ${name} was lost`))
  }

  async function release(): Promise<void> {
    if (!end()) return
    // Redis away: it ends by itself.
    await ask(RELEASE, [deps.channel(), name]).catch(() => undefined)
  }

  return {
    name,
    fence,
    signal: lost.signal,
    isHeld: () => !over && monotonicMs() < endsAt,
    release,
  }
}
