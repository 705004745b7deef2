import { expect } from '@jest/globals'
import type { SessionData as StoreRecord } from 'express-session'
import { randomUUID } from 'node:crypto'
import { StateUnavailable, type StateProvider } from '../../src/server/state/state-provider.ts'

/** Several started nodes on one shared store: handles on one memory, or connections of separate processes. */
export interface StateUnderTest {
  readonly nodes: readonly StateProvider[]
  /** Two users that sessions may belong to. */
  readonly users: readonly [string, string]
  /** Lets time pass for the store and all nodes. */
  elapse(ms: number): Promise<void>
  /** One more node, started. */
  join(): Promise<StateProvider>
  /** Each is there when `suffers` says so. */
  readonly faults: Faults
  close(): Promise<void>
}

export interface Faults {
  /** The store answers nobody until the returned function is called. */
  outage?(): Promise<() => Promise<void>>
  /** Time passes in which the node can do nothing; then it goes on. */
  stall?(node: StateProvider, ms: number): Promise<void>
  /** The store loses everything it holds. */
  flush?(): Promise<void>
  /** What nodes tell each other is lost until the returned function is called. */
  muffle?(): Promise<() => Promise<void>>
}

export interface StateProviderSuite {
  open(nodeCount: number): Promise<StateUnderTest>
  /** A clause about a fault exists for the providers that can suffer it. */
  readonly suffers: { readonly [Fault in keyof Faults]-?: boolean }
}

export type Opened = () => StateUnderTest

/** The node of that number, counted round. */
export function nodeOf(under: StateUnderTest, index: number): StateProvider {
  const node = under.nodes[index % under.nodes.length]
  if (!node) throw new Error('the suite has no nodes')
  return node
}

export function fresh(prefix: string): string {
  return `${prefix}-${randomUUID()}`
}

/** Runs `during` while the store is away. */
export async function whileAway(under: StateUnderTest, during: () => Promise<void>): Promise<void> {
  const end = await under.faults.outage?.()
  if (!end) throw new Error('this provider declares that it suffers outages, and has none')
  try {
    await during()
  } finally {
    await end()
  }
}

export async function expectUnavailable(work: Promise<unknown>): Promise<void> {
  await expect(work).rejects.toBeInstanceOf(StateUnavailable)
}

/** express-session's store with promises. */
export interface Store {
  get(sid: string): Promise<StoreRecord | undefined>
  set(sid: string, record: unknown): Promise<void>
  touch(sid: string, record: unknown): Promise<void>
  destroy(sid: string): Promise<void>
}

export function storeOf({ sessions: { store } }: Pick<StateProvider, 'sessions'>): Store {
  const promised = <T>(ask: (done: (error?: unknown, value?: T) => void) => void): Promise<T> =>
    new Promise((resolve, reject) => {
      ask((error, value) => (error ? reject(error) : resolve(value as T)))
    })
  return {
    get: (sid) => promised((done) => store.get(sid, (error, record) => done(error, record ?? undefined))),
    set: (sid, record) => promised((done) => store.set(sid, record as StoreRecord, done)),
    touch: (sid, record) => promised((done) => store.touch?.(sid, record as StoreRecord, done)),
    destroy: (sid) => promised((done) => store.destroy(sid, done)),
  }
}

/** What express-session saves for somebody who has just signed in, ending after `ttlMs` without a request. */
export function sessionRecord(
  userId: string,
  options: { ttlMs?: number | null; createdAt?: number } = {},
): { cookie: Record<string, unknown>; [field: string]: unknown } {
  const { ttlMs = 3_600_000, createdAt = Date.now() } = options
  const expires = ttlMs === null ? null : new Date(Date.now() + ttlMs)
  return {
    cookie: { originalMaxAge: ttlMs, expires, httpOnly: true, path: '/', sameSite: 'lax' },
    userId,
    authVersion: 1,
    createdAt,
    address: '203.0.113.7',
    userAgent: 'Mozilla/5.0',
  }
}
