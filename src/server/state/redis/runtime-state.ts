import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { createInTurn } from '../in-turn.ts'
import type { Listeners } from '../listeners.ts'
import type { NodeLife } from '../node-life.ts'
import type { Change, RuntimeShape, RuntimeState, SetResult, Versioned } from '../state-provider.ts'
import { keys } from './keys.ts'
import { script, type RedisLink } from './link.ts'
import { parseEntry, type RuntimeReplica, type Snapshot } from './runtime-replica.ts'

/** The news of an own write takes a millisecond; whoever waits longer for it has lost some. */
const NEWS_MS = 200

/**
 * Writes and tells everybody in one step. Revisions come from the clock, so that they rise over a flush and a failover too;
 * the incarnation changes when the store has lost everything. `{rev}` in an entry comes first: it is compared as text.
 */
const WRITE = script(`
local field = 'v:' .. ARGV[1]
local current = redis.call('HGET', KEYS[1], field)
if ARGV[4] ~= '' then
  local rev = current and string.match(current, '^{"rev":(%d+),') or 'absent'
  if rev ~= ARGV[4] then return {0, current or ''} end
end
if ARGV[3] == '' and not current then return {2, ''} end
local incarnation = redis.call('HGET', KEYS[1], '#incarnation')
if not incarnation then
  incarnation = ARGV[6]
  redis.call('HSET', KEYS[1], '#incarnation', incarnation)
end
local time = redis.call('TIME')
local prev = redis.call('HGET', KEYS[1], '#rev') or '0'
local rev = string.format('%.0f', math.max(tonumber(prev) + 1, time[1] * 1000000 + time[2]))
local entry = 'null'
if ARGV[3] == '' then
  redis.call('HDEL', KEYS[1], field)
else
  local at = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))
  entry = '{"rev":' .. rev .. ',"at":' .. at .. ',"value":' .. ARGV[3] .. '}'
  redis.call('HSET', KEYS[1], field, entry)
end
redis.call('HSET', KEYS[1], '#rev', rev)
redis.call('PUBLISH', ARGV[5], '{"incarnation":"' .. incarnation .. '","prev":' .. prev .. ',"rev":' .. rev ..
  ',"key":' .. ARGV[2] .. ',"entry":' .. entry .. '}')
return {1, entry, rev}`)

const Written = z.union([
  z.tuple([z.literal(0), z.string()]),
  z.tuple([z.literal(1), z.string(), z.string()]),
  z.tuple([z.literal(2), z.string()]),
])
const Stored = z.record(z.string(), z.string())

export interface RedisRuntimeDeps<S extends RuntimeShape> {
  readonly link: RedisLink
  readonly node: NodeLife
  readonly channel: () => string
  readonly listeners: Listeners<Change<S>>
  readonly replica: RuntimeReplica<S>
}

/** RuntimeState in one hash of Redis, read from a replica in this process. Module facts: docs/architecture.md, "Deployment constraints". */
export function createRedisRuntimeState<S extends RuntimeShape>(deps: RedisRuntimeDeps<S>) {
  const { link, node, channel, listeners, replica } = deps
  const inTurn = createInTurn()
  let running: Promise<void> | undefined
  let queued: Promise<void> | undefined

  async function write(key: keyof S, valueText: string, expect: string): Promise<z.infer<typeof Written>> {
    node.assertRunning()
    const name = String(key)
    const args = [name, JSON.stringify(name), valueText, expect, channel(), randomUUID()]
    const written = Written.parse(await link.run(WRITE, [keys.runtime], args))
    // Read-your-writes, and in order: what comes before it has arrived as well.
    if (written[0] === 1 && !(await replica.reached(Number(written[2]), NEWS_MS))) await resync()
    return written
  }

  /** Fetches everything; whoever asks meanwhile shares the next answer, since the one under way may be too old for him. */
  function resync(): Promise<void> {
    if (running) {
      queued ??= running
        .catch(() => undefined)
        .then(() => {
          queued = undefined
          return resync()
        })
      return queued
    }
    running = fetchAndAdopt().finally(() => (running = undefined))
    return running
  }

  async function fetchAndAdopt(): Promise<void> {
    const askedAtRev = replica.rev
    replica.adopt(await fetchAll(link), askedAtRev)
  }

  async function set<K extends keyof S>(
    key: K,
    value: S[K],
    expect?: number | 'absent',
  ): Promise<SetResult<S[K]>> {
    const written = await write(key, JSON.stringify(value), expect === undefined ? '' : String(expect))
    if (written[0] === 1) return { ok: true, rev: Number(written[2]) }
    return written[1] === '' ? { ok: false } : { ok: false, current: parseEntry<S[K]>(written[1]) }
  }

  /** One after the other in this process: those of others are rivals enough. */
  async function update<K extends keyof S>(
    key: K,
    change: (value: S[K] | undefined) => S[K],
  ): Promise<Versioned<S[K]>> {
    return inTurn(String(key), async () => {
      let current = replica.get(key)
      for (;;) {
        const value = JSON.stringify(change(current?.value))
        const written = await write(key, value, current ? String(current.rev) : 'absent')
        if (written[0] === 1) return parseEntry<S[K]>(written[1])
        current = written[1] === '' ? undefined : parseEntry<S[K]>(written[1])
      }
    })
  }

  const state: RuntimeState<S> = {
    get: (key) => replica.get(key),
    keys: () => replica.keys(),
    staleMs: () => replica.staleMs(),
    set,
    update,
    async remove(key) {
      await write(key, '', '')
    },
    subscribe: (listener) => node.owns(listeners.add(listener)),
  }
  return { state, resync }
}

async function fetchAll(link: RedisLink): Promise<Snapshot> {
  const stored = Stored.parse(await link.ask((client) => client.hgetall(keys.runtime)))
  const entries = new Map(
    Object.entries(stored).flatMap(([field, text]) =>
      field.startsWith('v:') ? [[field.slice(2), text] as const] : [],
    ),
  )
  return { incarnation: stored['#incarnation'] ?? '', rev: Number(stored['#rev'] ?? 0), entries }
}
