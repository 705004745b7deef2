import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { FeedAck, type FeedBatch, type FeedChange } from '../../shared/feed.ts'
import type { Logger } from '../lib/logger.ts'
import { RequestFailed, RequestLost, type Requests } from '../state/state-provider.ts'

export interface FeedSenderDeps {
  readonly host: string
  readonly requests: Pick<Requests, 'send'>
  /** Whether this agent is still the one: another one tells of its host otherwise. Asked right before each batch. */
  readonly isCurrent: () => boolean
  /** More changes, at most so many, for when those that were pushed are sent; none: nothing for now. */
  readonly fetch: (limit: number) => readonly FeedChange[]
  /** The console has lost the thread, or too much is waiting: a new epoch is needed. */
  readonly onLost: () => void
  readonly log: Logger
}

const BATCH = 100
const TIMEOUT_MS = 10_000
const FIRST_RETRY_MS = 100
const LAST_RETRY_MS = 2_000
/** Then the batch itself is taken for the cause. */
const FAILURES = 5
/** Changes that may wait while the console cannot be reached; beyond, all is told anew later. */
const MOST_WAITING = 150_000
/** The past is in no hurry, and the database has other work. */
const PAST_PAUSE_MS = 25

type Fault = 'failed' | 'lost' | 'unanswered'

/** Brings changes to the console's database, in order, each batch until it is acknowledged. */
export class FeedSender {
  readonly #deps: FeedSenderDeps
  readonly #stopped = new AbortController()
  readonly #running: Promise<void>
  #waiting: FeedChange[] = []
  /** Undefined: lost. Nothing is sent until a new epoch begins. */
  #epoch: { readonly id: string; seq: number } | undefined
  #woken = Promise.withResolvers<void>()
  #idle = Promise.withResolvers<void>()

  constructor(deps: FeedSenderDeps) {
    this.#deps = deps
    this.#running = this.#run()
  }

  /** Begins a new epoch: what was not delivered is forgotten. */
  begin(): void {
    this.#epoch = { id: randomUUID(), seq: 0 }
    this.#waiting = []
    this.wake()
  }

  push(changes: readonly FeedChange[]): void {
    if (!this.#epoch || changes.length === 0) return
    for (const change of changes) this.#waiting.push(change)
    if (this.#waiting.length > MOST_WAITING) this.#lose('the console cannot be reached')
    this.wake()
  }

  /** There may be something to fetch. */
  wake(): void {
    this.#woken.resolve()
  }

  /** Resolves once nothing is left to deliver, or after `timeoutMs`. */
  async drained(timeoutMs: number): Promise<void> {
    this.wake()
    // The round that begins now is the one to wait for.
    await new Promise((resolve) => setImmediate(resolve))
    await Promise.race([this.#idle.promise, pause(timeoutMs, undefined, { ref: false })])
  }

  /** Stops after the batch under way, or soon where that is not answered. */
  async stop(): Promise<void> {
    this.#stopped.abort()
    this.wake()
    await Promise.race([this.#running, pause(1_000, undefined, { ref: false })])
  }

  async #run(): Promise<void> {
    while (!this.#stopped.signal.aborted) {
      const batch = this.#nextBatch()
      if (batch.length === 0) {
        this.#idle.resolve()
        await this.#woken.promise
        this.#woken = Promise.withResolvers()
        this.#idle = Promise.withResolvers()
        continue
      }
      await this.#deliver(batch)
      if (batch.every((change) => change.kind === 'past')) await this.#pause(PAST_PAUSE_MS)
    }
    this.#idle.resolve()
  }

  #nextBatch(): FeedChange[] {
    if (!this.#epoch) return []
    const batch = this.#waiting.splice(0, BATCH)
    return batch.length < BATCH ? [...batch, ...this.#deps.fetch(BATCH - batch.length)] : batch
  }

  /** Until it is acknowledged, or its epoch is over. */
  async #deliver(changes: FeedChange[]): Promise<void> {
    const epoch = this.#epoch
    if (!epoch) return
    const { host } = this.#deps
    epoch.seq += 1
    const batch: FeedBatch = { host, epoch: epoch.id, seq: epoch.seq, changes }
    let failures = 0
    let lost = 0
    for (let waitMs = FIRST_RETRY_MS; this.#epoch === epoch; waitMs = Math.min(waitMs * 2, LAST_RETRY_MS)) {
      const result = await this.#send(batch, failures + lost)
      if (this.#stopped.signal.aborted || this.#epoch !== epoch) return
      if (result === 'resync') this.#lose('the console asked for it')
      else if (result === 'failed') failures += 1
      else if (result === 'lost') lost += 1
      else if (result !== 'unanswered') return
      if (failures === FAILURES) this.#lose('a batch could not be stored')
      await this.#pause(waitMs)
    }
  }

  async #send(batch: FeedBatch, attempt: number): Promise<FeedAck['result'] | Fault> {
    const { host, requests, isCurrent, log } = this.#deps
    if (!isCurrent()) return 'unanswered'
    // What became of an id is remembered, a failure and a loss too: a new try after one needs a new one.
    const id = `${batch.epoch}-${batch.seq}-${attempt}`
    try {
      const answer = await requests.send(`ingest/${host}`, batch, { id, timeoutMs: TIMEOUT_MS })
      return FeedAck.parse(answer).result
    } catch (error) {
      if (error instanceof RequestLost) return 'lost'
      if (!(error instanceof RequestFailed)) return 'unanswered'
      log.warn({ err: error, host }, 'the console could not store bans; trying again')
      return 'failed'
    }
  }

  #lose(why: string): void {
    if (!this.#epoch) return
    this.#epoch = undefined
    this.#waiting = []
    this.#deps.log.info({ host: this.#deps.host, why }, 'the ban feed begins anew')
    this.#deps.onLost()
  }

  async #pause(ms: number): Promise<void> {
    await pause(ms, undefined, { signal: this.#stopped.signal }).catch(() => undefined)
  }
}
