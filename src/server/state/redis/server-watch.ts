import { z } from 'zod'
import type { Logger } from '../../lib/logger.ts'
import { type RuntimeShape, type StateHealth, type StateServer } from '../state-provider.ts'
import type { RedisClient } from './connections.ts'
import { keys } from './keys.ts'
import { script, type RedisLink } from './link.ts'
import type { RuntimeReplica } from './runtime-replica.ts'
import {
  claimServer,
  judgeServer,
  readServerFacts,
  warningsAbout,
  type ServerExpectations,
  type ServerFacts,
} from './server-facts.ts'

const LOOK_MS = 2_000
/** Facts that only an administrator changes. */
const FACTS_MS = 30_000

/** One look: the clock, whether there is room for a write, and where RuntimeState stands. */
const LOOK = script(`
local time = redis.call('TIME')
local written = redis.pcall('SET', KEYS[1], time[1], 'PX', 60000)
local stands = redis.call('HMGET', KEYS[2], '#incarnation', '#rev')
return {time[1], time[2], written.err or '', stands[1] or '', stands[2] or '0'}`)

const Look = z.tuple([z.string(), z.string(), z.string(), z.string(), z.string()])

export interface ServerWatchDeps<S extends RuntimeShape> extends ServerExpectations {
  readonly link: RedisLink
  readonly replica: RuntimeReplica<S>
  /** The replica has missed something. */
  readonly onBehind: () => void
  readonly now: () => number
  readonly log: Logger
}

/** Watches the server behind the provider. */
export class ServerWatch<S extends RuntimeShape> {
  readonly #deps: ServerWatchDeps<S>
  readonly #said = new Set<string>()
  #clusterId: string | undefined
  #facts: ServerFacts | undefined
  #factsAt = 0
  #measured = { latencyMs: 0, clockSkewMs: 0 }
  /** Why it takes no writes. */
  #refusal: string | undefined
  #sampledAt: number
  #timer: NodeJS.Timeout | undefined

  constructor(deps: ServerWatchDeps<S>) {
    this.#deps = deps
    this.#sampledAt = deps.now()
  }

  /** Whether this is our Redis, and fit: asked of every new connection. Rejects with StateMisconfigured where it never will be. */
  async verify(client: RedisClient): Promise<void> {
    judgeServer(await this.#readFacts(client), this.#deps)
    const { clusterId = this.#clusterId } = this.#deps
    this.#clusterId = await claimServer(client, { ...this.#deps, clusterId })
    this.#sampledAt = this.#deps.now()
  }

  /** Of the installation that the Redis belongs to. Once it is verified. */
  get clusterId(): string {
    if (this.#clusterId === undefined) throw new Error('Redis was not verified yet')
    return this.#clusterId
  }

  start(): void {
    this.#timer = setTimeout(() => void this.#tick(), 0).unref()
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  /** The last sample. */
  health(): Omit<StateHealth, 'ok'> {
    const server = this.#server()
    const warnings = server ? warningsAbout(server) : []
    return { reasons: this.#reasons(), warnings, sampledAt: this.#sampledAt, ...(server && { server }) }
  }

  async #tick(): Promise<void> {
    await this.#sample()
    if (this.#timer) this.#timer = setTimeout(() => void this.#tick(), LOOK_MS).unref()
  }

  async #sample(): Promise<void> {
    const { link, now, log } = this.#deps
    try {
      await this.#look()
      if (performance.now() - this.#factsAt > FACTS_MS) await link.ask((client) => this.#readFacts(client))
    } catch (error) {
      log.debug({ err: error }, 'Redis could not be looked at')
    }
    this.#sampledAt = now()
    for (const warning of this.health().warnings) {
      // Once each, whatever its figures are next time.
      const kind = warning.replaceAll(/\d+/g, '')
      if (this.#said.has(kind)) continue
      this.#said.add(kind)
      log.warn(warning)
    }
  }

  async #readFacts(client: RedisClient): Promise<ServerFacts> {
    this.#facts = await readServerFacts(client, this.#deps.target)
    this.#factsAt = performance.now()
    return this.#facts
  }

  async #look(): Promise<void> {
    const { link, replica, now, onBehind } = this.#deps
    const startedAt = performance.now()
    const sentAt = now()
    const reply = Look.parse(await link.run(LOOK, [keys.probe, keys.runtime], []))
    const [seconds, micros, refusal, incarnation, rev] = reply
    const latencyMs = performance.now() - startedAt
    const serverAt = Number(seconds) * 1_000 + Number(micros) / 1_000
    this.#measured = { latencyMs, clockSkewMs: Math.round(serverAt - (sentAt + latencyMs / 2)) }
    replica.skewMs = this.#measured.clockSkewMs
    this.#refusal = refusal === '' ? undefined : refusal
    if (replica.compare(incarnation, Number(rev)) === 'behind') onBehind()
  }

  #server(): StateServer | undefined {
    return this.#facts && { ...this.#facts, ...this.#measured }
  }

  #reasons(): string[] {
    const { link } = this.#deps
    if (link.fault !== undefined) return [link.fault]
    if (this.#refusal === undefined) return []
    return this.#refusal.includes('OOM')
      ? [
          'redis_oom: Redis is full (maxmemory) and takes nothing new; nobody can sign in. Give it more memory.',
        ]
      : [`Redis takes no writes: ${this.#refusal}`]
  }
}
