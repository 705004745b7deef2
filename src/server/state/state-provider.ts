import type { Store } from 'express-session'
import { AppError } from '../lib/errors.ts'
import type { Json } from '../lib/json.ts'

/** The provider cannot be asked just now. Never an answer about a session: callers say 503, not 401. */
export class StateUnavailable extends AppError {
  override readonly name: string = 'StateUnavailable'
  constructor(
    cause?: unknown,
    message = 'The connection to the session store is interrupted. You are still signed in.',
    nextStep = 'Try again in a few seconds.',
    retryAfterSeconds = 2,
  ) {
    super('state-unavailable', message, { retryAfterSeconds, nextStep, cause })
  }
}

/** The provider answers questions, but has no room for anything new. */
export class StateFull extends StateUnavailable {
  override readonly name = 'StateFull'
  constructor(cause?: unknown) {
    super(
      cause,
      'The session store is full and takes nothing new. Who is signed in stays signed in.',
      'Give Redis more memory (maxmemory in redis.conf), then try again.',
      10,
    )
  }
}

/** The provider can never work as it is set up: the process must not start (exit 78). */
export class StateMisconfigured extends Error {
  override readonly name = 'StateMisconfigured'
}

/**
 * Short-lived state that every process of one console shares. Losing all of it signs people out and resets counters, no
 * more: what must not be lost is in the database. Every provider passes tests/contract/state-provider.contract.ts.
 * Everything but local reads is asynchronous; every method rejects with StateUnavailable alone when the provider is away.
 */
export interface StateProvider<S extends RuntimeShape = RuntimeShape> {
  readonly kind: 'memory' | 'redis'
  readonly sessions: Sessions
  readonly limits: RateLimits
  readonly runtime: RuntimeState<S>
  readonly bus: Bus
  readonly locks: Locks
  readonly requests: Requests
  /** Validates the set-up; throws StateMisconfigured, and keeps trying through passing faults until the signal aborts. */
  start(signal: AbortSignal): Promise<void>
  /** Synchronous, no I/O: the last sample. */
  health(): StateHealth
  /** Idempotent; always settles by the deadline. */
  stop(deadlineMs: number): Promise<void>
}

export interface StateHealth {
  readonly ok: boolean
  /** Why it is not, in sentences. */
  readonly reasons: readonly string[]
  /** What works and still needs a look, in sentences with the remedy. */
  readonly warnings: readonly string[]
  readonly sampledAt: number
  /** What the provider's server last told of itself; absent in memory, and until it first answered. */
  readonly server?: StateServer
}

/** The Redis behind a provider, as sampled. */
export interface StateServer {
  readonly version: string
  readonly topology: 'standalone' | 'sentinel' | 'cluster'
  readonly role: string
  readonly latencyMs: number
  readonly usedMemoryBytes: number
  /** 0: no limit. */
  readonly maxMemoryBytes: number
  readonly evictionPolicy: string
  readonly persistence: 'aof' | 'rdb' | 'none'
  /** Of its clock against ours; positive where it is ahead. */
  readonly clockSkewMs: number
}

// ---------------------------------------------------------------------------------------------------------- sessions

/**
 * What a session holds beside its cookie: written at sign-in, never changed by ordinary requests, so that concurrent ones
 * cannot overwrite each other. The store refuses a session that lacks one of these or holds more.
 */
export interface SessionData {
  readonly userId: string
  /** Compared with the user's row on every request; raising it there signs the user out everywhere. */
  readonly authVersion: number
  readonly createdAt: number
  readonly address: string
  readonly userAgent: string
}

export interface StoredSession {
  /** Hex SHA-256 of the session id: listable, and worthless as a cookie. */
  readonly idHash: string
  readonly data: SessionData
  readonly expiresAt: number
}

/**
 * Guarded store: a destroyed session stays destroyed whatever a slower request saves afterwards (a tombstone refuses it);
 * values are copied in and out; touching a missing session creates nothing; expiry is exact to 50 ms.
 */
export interface Sessions {
  readonly store: Store
  /** What `store.get` finds, without its detour: every request asks. */
  read(idHash: string): Promise<StoredSession | undefined>
  /** Destroys by the hash that `list` shows. Idempotent. */
  revoke(idHash: string): Promise<void>
  /** For showing only; may lag. */
  list(userId: string): Promise<StoredSession[]>
}

// -------------------------------------------------------------------------------------------------------- rate limits

export interface Rule {
  readonly name: string
  readonly points: number
  readonly windowSeconds: number
  /**
   * For budgets asked so often that asking itself costs: a process may take so many points at once and spend them by itself.
   * Never more than `points` are allowed in all; what a process has taken and not spent is lost to the others until the
   * window ends.
   */
  readonly takenAtOnce?: number
}

export interface Verdict {
  readonly allowed: boolean
  readonly used: number
  readonly limit: number
  readonly resetMs: number
}

/** Fixed windows that begin with the first hit. Exactly `points` are allowed under any concurrency, unless `takenAtOnce`. */
export interface RateLimits {
  /** Atomic. A refused hit costs nothing and does not extend the window. */
  consume(rule: Rule, key: string, cost?: number): Promise<Verdict>
  /** Never below 0, never extends the window. */
  refund(rule: Rule, key: string, cost?: number): Promise<void>
  reset(rule: Rule, key: string): Promise<void>
}

// ------------------------------------------------------------------------------------------------------ runtime state

export type RuntimeShape = Record<string, unknown>
export type Revision = number

export interface Versioned<T> {
  readonly rev: Revision
  /** Deeply frozen. */
  readonly value: T
  readonly at: number
}

export interface Change<S extends RuntimeShape, K extends keyof S = keyof S> {
  readonly key: K
  readonly entry: Versioned<S[K]> | undefined
}

export type SetResult<T> =
  { readonly ok: true; readonly rev: Revision } | { readonly ok: false; readonly current?: Versioned<T> }

/** Losable facts about the running system that all processes read alike, from a local replica. Values are JSON. */
export interface RuntimeState<S extends RuntimeShape> {
  /** Local, no round trip. */
  get<K extends keyof S>(key: K): Versioned<S[K]> | undefined
  keys(): Array<keyof S>
  /** Milliseconds since the replica was last proven fresh; 0 in one process. */
  staleMs(): number
  /** Compare-and-set when `expect` is given. Read-your-writes in this process; revisions rise over all keys. */
  set<K extends keyof S>(key: K, value: S[K], expect?: Revision | 'absent'): Promise<SetResult<S[K]>>
  /** Compare-and-set loop; `change` is pure. */
  update<K extends keyof S>(key: K, change: (value: S[K] | undefined) => S[K]): Promise<Versioned<S[K]>>
  remove(key: keyof S): Promise<void>
  /** In revision order, may skip revisions, never goes back. Returns the way to stop. */
  subscribe(listener: (change: Change<S>) => void): () => void
}

// --------------------------------------------------------------------------------------------------------------- bus

/** At most once, in order per publisher, the sender included. A failing listener harms no other. */
export interface Bus {
  publish(topic: string, message: Json): Promise<void>
  on(topic: string, listener: (message: Json) => void): () => void
}

// ------------------------------------------------------------------------------------------------------------- locks

export interface Lease {
  readonly name: string
  /** Strictly rises per name with every new holder. */
  readonly fence: number
  /** Aborts when the lease is lost. */
  readonly signal: AbortSignal
  /**
   * Whether it is certainly held at this very moment. A process that stood still learns of its loss by the signal only
   * later: whoever changes something outside asks immediately before.
   */
  isHeld(): boolean
  release(): Promise<void>
}

export interface Locks {
  /** Renewed in the background until released or lost. `busy` is a value, not an error. */
  acquire(name: string, options: { ttlMs: number; waitMs: number; holder: string }): Promise<Lease | 'busy'>
  /** Who holds what, for showing. */
  holders(): Promise<Array<{ name: string; holder: string; expiresAt: number }>>
}

// ---------------------------------------------------------------------------------------------------------- requests

/** Nobody answered in time. The request may or may not have been carried out. */
export class RequestTimeout extends Error {
  override readonly name: string = 'RequestTimeout'
}

/** Whoever took it is gone, or the store has lost it: no answer will come. */
export class RequestLost extends RequestTimeout {
  override readonly name = 'RequestLost'
}

/** Nobody serves this address: it was not carried out. */
export class NobodyServes extends Error {
  override readonly name = 'NobodyServes'
}

/** The server's handler threw. The request may have been carried out in part; the same id gets the same failure again. */
export class RequestFailed extends Error {
  override readonly name = 'RequestFailed'
}

/**
 * Question and answer between processes. `to` names one server, such as `agent/local`; where several serve it, each
 * request goes to one of them. Both payloads are JSON and are validated by whoever reads them. One `id` has at most one
 * effect, however often and from wherever it is sent: answers are remembered for ten minutes, the last 10,000 of them.
 */
export interface Requests {
  /** Rejects with NobodyServes, RequestTimeout or RequestFailed. */
  send(to: string, payload: Json, options: { id: string; timeoutMs: number }): Promise<Json>
  /**
   * The returned function takes nothing new and resolves once what was begun is answered. While `takes` says no, requests
   * are left to others.
   */
  serve(
    to: string,
    handler: (payload: Json) => Promise<Json>,
    options?: { takes?: () => boolean },
  ): Promise<() => Promise<void>>
}
