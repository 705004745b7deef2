import { Store, type SessionData as StoreRecord } from 'express-session'
import {
  StateUnavailable,
  type RuntimeShape,
  type StateProvider,
} from '../../src/server/state/state-provider.ts'

export interface FaultyState<S extends RuntimeShape> {
  readonly state: StateProvider<S>
  /** From now on nothing can be asked, as if the provider's server were away. Local reads go on. */
  pause(): void
  resume(): void
}

/** A provider that can be made to fail, for providers that cannot fail by themselves. */
export function faulty<S extends RuntimeShape>(inner: StateProvider<S>): FaultyState<S> {
  let away = false
  const reach = (): void => {
    if (away) throw new StateUnavailable(new Error('paused by the test'))
  }
  const state: StateProvider<S> = {
    kind: inner.kind,
    sessions: {
      store: new FaultyStore(inner.sessions.store, () => away),
      read: async (idHash) => (reach(), inner.sessions.read(idHash)),
      revoke: async (idHash) => (reach(), inner.sessions.revoke(idHash)),
      list: async (userId) => (reach(), inner.sessions.list(userId)),
    },
    limits: {
      consume: async (...hit) => (reach(), inner.limits.consume(...hit)),
      refund: async (...hit) => (reach(), inner.limits.refund(...hit)),
      reset: async (...hit) => (reach(), inner.limits.reset(...hit)),
    },
    runtime: {
      get: (key) => inner.runtime.get(key),
      keys: () => inner.runtime.keys(),
      staleMs: () => inner.runtime.staleMs(),
      set: async (...write) => (reach(), inner.runtime.set(...write)),
      update: async (...write) => (reach(), inner.runtime.update(...write)),
      remove: async (key) => (reach(), inner.runtime.remove(key)),
      subscribe: (listener) => inner.runtime.subscribe(listener),
    },
    bus: {
      publish: async (...message) => (reach(), inner.bus.publish(...message)),
      on: (...listener) => inner.bus.on(...listener),
    },
    locks: {
      acquire: async (...wish) => (reach(), inner.locks.acquire(...wish)),
      holders: async () => (reach(), inner.locks.holders()),
    },
    requests: {
      send: async (...request) => (reach(), inner.requests.send(...request)),
      serve: async (...server) => (reach(), inner.requests.serve(...server)),
    },
    start: (signal) => inner.start(signal),
    health: () =>
      away
        ? { ok: false, reasons: ['paused by the test'], warnings: [], sampledAt: Date.now() }
        : inner.health(),
    stop: (deadlineMs) => inner.stop(deadlineMs),
  }
  return { state, pause: () => void (away = true), resume: () => void (away = false) }
}

class FaultyStore extends Store {
  readonly #inner: Store
  readonly #isAway: () => boolean
  constructor(inner: Store, isAway: () => boolean) {
    super()
    this.#inner = inner
    this.#isAway = isAway
  }
  override get(sid: string, done: (error?: unknown, record?: StoreRecord | null) => void): void {
    if (this.#isAway()) done(new StateUnavailable())
    else this.#inner.get(sid, done)
  }
  override set(sid: string, record: StoreRecord, done?: (error?: unknown) => void): void {
    if (this.#isAway()) done?.(new StateUnavailable())
    else this.#inner.set(sid, record, done)
  }
  override touch(sid: string, record: StoreRecord, done?: (error?: unknown) => void): void {
    if (this.#isAway()) done?.(new StateUnavailable())
    else this.#inner.touch?.(sid, record, done)
  }
  override destroy(sid: string, done?: (error?: unknown) => void): void {
    if (this.#isAway()) done?.(new StateUnavailable())
    else this.#inner.destroy(sid, done)
  }
}
