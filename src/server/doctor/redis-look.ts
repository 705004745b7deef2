import { codeOf, messageOf } from '../lib/errors.ts'
import { readAppRuntime, type AppRuntime } from '../state/app-runtime.ts'
import { openConnection, type RedisClient } from '../state/redis/connections.ts'
import { keys } from '../state/redis/keys.ts'
import { settingsFault } from '../state/redis/redis-faults.ts'
import type { RedisTarget } from '../state/redis/redis-target.ts'
import { parseEntry } from '../state/redis/runtime-replica.ts'
import { judgeServer, readServerFacts } from '../state/redis/server-facts.ts'
import { StateMisconfigured, type StateServer, type Versioned } from '../state/state-provider.ts'
import { inTime } from './diagnosis.ts'

/** What can be told of the Redis that the settings name, without writing to it. */
export type RedisLook =
  | { readonly kind: 'away'; readonly detail: string }
  /** BanGUI would not start with it; the sentence ends with the remedy. */
  | { readonly kind: 'refused'; readonly detail: string; readonly server: StateServer | undefined }
  | {
      readonly kind: 'there'
      readonly server: StateServer
      /** Of the installation that it belongs to. */
      readonly owner: string | undefined
      /** RuntimeState, with times by our clock. */
      readonly runtime: ReadonlyMap<string, Versioned<unknown>>
    }

const CONNECT_MS = 4_000
const ANSWER_MS = 3_000

export async function lookAtRedis(target: RedisTarget): Promise<RedisLook> {
  const client = openConnection(target, 'commands')
  let lastFault: unknown
  const ready = Promise.withResolvers<void>()
  client.on('ready', () => ready.resolve())
  client.on('error', (error: unknown) => {
    lastFault = error
    if (settingsFault(error) !== undefined) ready.reject(error)
  })
  try {
    const isReady = await inTime(
      CONNECT_MS,
      ready.promise.then(() => true),
      false,
    )
    if (!isReady) return { kind: 'away', detail: faultOf(lastFault) }
    const look = await inTime(ANSWER_MS, ask(client, target), undefined)
    return look ?? { kind: 'away', detail: 'Redis does not answer.' }
  } catch (error) {
    const fault = settingsFault(error)
    if (fault !== undefined) return { kind: 'refused', detail: fault, server: undefined }
    return { kind: 'away', detail: faultOf(error) }
  } finally {
    client.disconnect()
  }
}

async function ask(client: RedisClient, target: RedisTarget): Promise<RedisLook> {
  const facts = await readServerFacts(client, target)
  const [startedAt, sentAt] = [performance.now(), Date.now()]
  const [seconds = 0, micros = 0] = (await client.time()).map(Number)
  const latencyMs = performance.now() - startedAt
  const clockSkewMs = Math.round(seconds * 1_000 + micros / 1_000 - (sentAt + latencyMs / 2))
  const server: StateServer = { ...facts, latencyMs, clockSkewMs }
  try {
    // Eviction is a check of its own.
    judgeServer(facts, { target, clusterId: undefined, allowEviction: true })
  } catch (error) {
    if (!(error instanceof StateMisconfigured)) throw error
    return { kind: 'refused', detail: error.message, server }
  }
  const [owner, stored] = await Promise.all([client.get(keys.cluster), client.hgetall(keys.runtime)])
  return { kind: 'there', server, owner: owner ?? undefined, runtime: read(stored, clockSkewMs) }
}

function read(stored: Readonly<Record<string, string>>, skewMs: number): Map<string, Versioned<unknown>> {
  const entries = Object.entries(stored).flatMap(([field, text]) => {
    const key = field.startsWith('v:') ? field.slice(2) : undefined
    if (key === undefined) return []
    const { rev, at, value } = parseEntry<unknown>(text)
    const known = readAppRuntime(key, value)
    return known === undefined ? [] : [[key, { rev, at: at - skewMs, value: known }] as const]
  })
  return new Map(entries)
}

/** What it holds under a key; `readAppRuntime` has checked it. */
export function entryOf<K extends keyof AppRuntime & string>(
  runtime: ReadonlyMap<string, Versioned<unknown>>,
  key: K,
): Versioned<AppRuntime[K]> | undefined {
  return runtime.get(key)
}

function faultOf(error: unknown): string {
  if (error === undefined) return 'Redis does not answer.'
  return `Redis cannot be reached: ${messageOf(error) || codeOf(error) || 'no reason was given'}.`
}
