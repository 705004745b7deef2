import { createHash } from 'node:crypto'
import { messageOf } from '../../lib/errors.ts'
import type { Logger } from '../../lib/logger.ts'
import { unlessAborted } from '../../lib/pause.ts'
import { StateUnavailable } from '../state-provider.ts'
import type { RedisClient } from './connections.ts'
import { asStateFault, isUnknownScript } from './redis-faults.ts'

const PROBE_MS = 200
const LOG_SILENCE_MS = 10_000
const ANSWER_MS = 1_000

/** A Lua script; `keys` of its arguments are keys, all in one slot. */
export interface Script {
  readonly lua: string
  readonly sha: string
}

export function script(lua: string): Script {
  return { lua, sha: createHash('sha1').update(lua).digest('hex') }
}

/**
 * The connection for commands behind a circuit breaker. While it is open every question is refused at once; it opens when the
 * connection is lost or the server does not answer, and closes when `verify` has passed on a connection that answers again.
 */
export interface RedisLink {
  /** Rejects with StateUnavailable alone. */
  ask<T>(work: (client: RedisClient) => Promise<T>): Promise<T>
  /** What a script returns is checked by whoever wrote it. */
  run(script: Script, keys: readonly string[], args: ReadonlyArray<string | number>): Promise<unknown>
  isUp(): boolean
  /** Why questions are refused; undefined while they are not. */
  readonly fault: string | undefined
  /** How often the connection was lost. */
  readonly losses: number
  /** Begins to connect; resolves when the breaker has closed for the first time. */
  open(signal: AbortSignal): Promise<void>
  /** Lets what is under way finish until the deadline, then hangs up. */
  close(deadlineMs: number): Promise<void>
}

export interface RedisLinkDeps {
  readonly connect: () => RedisClient
  /** Whether this is our Redis; rejects otherwise, with StateMisconfigured where no waiting will help. */
  readonly verify: (client: RedisClient) => Promise<void>
  /** After each verification but the first: what was missed must be caught up on. */
  readonly onReturn: () => void
  /** An error that concerns the settings; the message is for people. */
  readonly isFatal: (error: unknown) => Error | undefined
  readonly log: Pick<Logger, 'info' | 'warn'>
}

export function createRedisLink(deps: RedisLinkDeps): RedisLink {
  return new Link(deps)
}

class Link implements RedisLink {
  readonly #deps: RedisLinkDeps
  readonly #opened = Promise.withResolvers<void>()
  #client: RedisClient | undefined
  #up = false
  #wasUp = false
  #ended = false
  #fault: string | undefined = 'The connection to Redis is not made yet.'
  #losses = 0
  #pending = 0
  #probing = false
  #silentUntil = 0

  constructor(deps: RedisLinkDeps) {
    this.#deps = deps
    // Whoever opens it is told; until then nobody listens.
    this.#opened.promise.catch(() => undefined)
  }

  get fault(): string | undefined {
    return this.#up ? undefined : this.#fault
  }

  get losses(): number {
    return this.#losses
  }

  isUp(): boolean {
    return this.#up
  }

  async ask<T>(work: (client: RedisClient) => Promise<T>): Promise<T> {
    const client = this.#client
    if (!this.#up || !client) throw new StateUnavailable(new Error(this.#fault))
    this.#pending += 1
    try {
      return await inTime(work(client))
    } catch (error) {
      if (error instanceof NoAnswer) this.#break('Redis does not answer.')
      throw asStateFault(error)
    } finally {
      this.#pending -= 1
    }
  }

  run({ lua, sha }: Script, keys: readonly string[], args: ReadonlyArray<string | number>): Promise<unknown> {
    return this.ask(async (client) => {
      try {
        return await client.evalsha(sha, keys.length, ...keys, ...args)
      } catch (error) {
        if (!isUnknownScript(error)) throw error
        return client.eval(lua, keys.length, ...keys, ...args)
      }
    })
  }

  async open(signal: AbortSignal): Promise<void> {
    if (!this.#client) this.#connect()
    try {
      await unlessAborted(this.#opened.promise, signal)
    } catch (error) {
      throw signal.aborted ? new StateUnavailable(error) : error
    }
  }

  async close(deadlineMs: number): Promise<void> {
    this.#ended = true
    const until = performance.now() + deadlineMs
    while (this.#up && this.#pending > 0 && performance.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    this.#up = false
    this.#fault = 'The connection to Redis was closed.'
    // `quit` would wait for an answer that may never come.
    this.#client?.disconnect()
  }

  #connect(): void {
    const client = this.#deps.connect()
    this.#client = client
    client.on('error', (error: unknown) => this.#heardError(error))
    client.on('ready', () => this.#probe())
    client.on('close', () => this.#break(this.#fault ?? 'The connection to Redis was lost.'))
  }

  #heardError(error: unknown): void {
    const fatal = this.#wasUp ? undefined : this.#deps.isFatal(error)
    if (fatal) this.#opened.reject(fatal)
    this.#break(`Redis cannot be reached: ${messageOf(error) || nameOf(error)}.`)
  }

  #break(fault: string): void {
    if (this.#ended) return
    if (this.#up) this.#losses += 1
    this.#up = false
    this.#fault = fault
    const now = performance.now()
    if (now >= this.#silentUntil) {
      this.#silentUntil = now + LOG_SILENCE_MS
      this.#deps.log.warn({ fault }, 'the connection to Redis is interrupted; trying again')
    }
    this.#probe()
  }

  /** Asks again and again until the server answers and is ours. One at a time. */
  #probe(): void {
    if (this.#probing || this.#ended) return
    this.#probing = true
    void this.#probeUntilVerified().finally(() => {
      this.#probing = false
      // The connection may have been lost just as it was verified.
      if (!this.#up && !this.#ended) this.#probe()
    })
  }

  async #probeUntilVerified(): Promise<void> {
    while (!this.#ended && !this.#up) {
      const client = this.#client
      if (client?.status === 'ready' && (await this.#verified(client))) return
      await new Promise((resolve) => setTimeout(resolve, PROBE_MS).unref())
    }
  }

  async #verified(client: RedisClient): Promise<boolean> {
    const lossesBefore = this.#losses
    try {
      await inTime(this.#deps.verify(client))
    } catch (error) {
      const fatal = this.#wasUp ? undefined : this.#deps.isFatal(error)
      if (fatal) this.#opened.reject(fatal)
      this.#fault = error instanceof NoAnswer ? 'Redis does not answer.' : messageOf(error)
      return false
    }
    if (this.#ended || client.status !== 'ready' || this.#losses !== lossesBefore) return false
    this.#up = true
    this.#fault = undefined
    if (this.#wasUp) {
      this.#deps.log.info({}, 'the connection to Redis is back')
      this.#deps.onReturn()
    }
    this.#wasUp = true
    this.#opened.resolve()
    return true
  }
}

class NoAnswer extends Error {
  override readonly name = 'NoAnswer'
  constructor() {
    super(`Redis did not answer within ${ANSWER_MS} ms.`)
  }
}

/**
 * Rejects with NoAnswer where none came in time. Not ioredis's commandTimeout: when it was this process that stood still, its
 * timer fires before the answer is read that has been lying there all along.
 */
function inTime<T>(work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = (): void => reject(new NoAnswer())
    const timer = setTimeout(() => setImmediate(() => setImmediate(giveUp)), ANSWER_MS)
    void work.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}

/** A failed look-up of several addresses has no message of its own. */
function nameOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'no reason was given'
}
