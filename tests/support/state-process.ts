/**
 * A process of its own with a node of the Redis provider: URL CLUSTER_ID NAME. Says READY, then does what each line of its
 * input says, a JSON array of a verb and its arguments, and answers `DONE` and a JSON value for each, in their order.
 */
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { pino } from 'pino'
import { createRedisState } from '../../src/server/state/redis/redis-state.ts'
import { redisTargetOf } from '../../src/server/state/redis/redis-target.ts'
import type { RuntimeShape } from '../../src/server/state/state-provider.ts'

const [url = '', clusterId = '', name = ''] = process.argv.slice(2)
const nothing = undefined
const settings = { sentinels: nothing, masterName: nothing, sentinelPassword: nothing, clusterNodes: nothing }
const parsed = redisTargetOf({ url, ca: nothing, ...settings })
if ('mistakes' in parsed) throw new Error(parsed.mistakes.join(' '))
const log = pino({ level: 'silent' })
const state = createRedisState<RuntimeShape>({ target: parsed.target, clusterId, allowEviction: false, log })
await state.start(new AbortController().signal)

const numbers = (count: number): number[] => Array.from({ length: count }, (_, i) => i)

/** Reads a number from a file and writes it back one higher, with time for others in between. */
async function countInFile(file: string): Promise<void> {
  const before = Number(readFileSync(file, 'utf8'))
  await new Promise((resolve) => setImmediate(resolve))
  writeFileSync(file, String(before + 1))
}

const VERBS: Record<string, (...args: never[]) => Promise<unknown>> = {
  /** How many of so many hits at once are allowed. */
  async hit(rule: { name: string; points: number; windowSeconds: number }, count: number) {
    const verdicts = await Promise.all(numbers(count).map(() => state.limits.consume(rule, 'key')))
    return verdicts.filter(({ allowed }) => allowed).length
  },
  async increment(key: string, count: number) {
    const add = (value: unknown): number => Number(value ?? 0) + 1
    for (const _ of numbers(count)) await state.runtime.update(key, add)
  },
  async read(key: string) {
    return state.runtime.get(key)?.value ?? null
  },
  /** Counts in a file as often, alone each time; the fences in the order they were given. */
  async countAlone(lock: string, file: string, count: number) {
    const fences: number[] = []
    for (const _ of numbers(count)) {
      const lease = await state.locks.acquire(lock, { ttlMs: 5_000, waitMs: 60_000, holder: name })
      if (lease === 'busy') throw new Error('waited in vain')
      await countInFile(file)
      fences.push(lease.fence)
      await lease.release()
    }
    return fences
  },
  /** Writes down each request that it carries out, and takes its time. */
  async serve(to: string, file: string) {
    await state.requests.serve(to, async (payload) => {
      appendFileSync(file, `${JSON.stringify(payload)}\n`)
      await new Promise((resolve) => setTimeout(resolve, 5))
      return name
    })
  },
  /** Sends each until somebody has carried it out, or nobody knows: the ids of those that are known to be done. */
  async send(to: string, ids: string[]) {
    const done: string[] = []
    for (const id of ids) {
      const answer = await state.requests.send(to, id, { id, timeoutMs: 10_000 }).catch(() => undefined)
      if (answer !== undefined) done.push(id)
    }
    return done
  },
}

process.stdout.write('READY\n')
for await (const line of createInterface({ input: process.stdin })) {
  const [verb, ...args] = JSON.parse(line) as [string, ...never[]]
  const answer = await VERBS[verb]?.(...args)
  process.stdout.write(`DONE ${JSON.stringify(answer ?? null)}\n`)
}
process.exit(0)
