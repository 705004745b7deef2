import expressSession, { type SessionData as StoreRecord } from 'express-session'
import { sessionIdHash, toSessionPayload } from '../session-payload.ts'
import type { Sessions } from '../state-provider.ts'
import { answer, type Done } from '../store-callback.ts'
import type { NodeLife } from '../node-life.ts'
import type { SessionTable } from './session-table.ts'

export function createMemorySessions(table: SessionTable, node: NodeLife): Sessions {
  return {
    store: new MemorySessionStore(table, node),
    async read(idHash) {
      node.assertRunning()
      return table.find(idHash)
    },
    async revoke(idHash) {
      node.assertRunning()
      await table.destroy(idHash)
    },
    async list(userId) {
      node.assertRunning()
      return table.list(userId)
    },
  }
}

/** express-session's callbacks around the table, which knows sessions by the hash of their id only. */
class MemorySessionStore extends expressSession.Store {
  readonly #table: SessionTable
  readonly #node: NodeLife

  constructor(table: SessionTable, node: NodeLife) {
    super()
    this.#table = table
    this.#node = node
  }

  override get(sid: string, done: Done<StoreRecord | null>): void {
    // express-session makes the cookie's fields its own again.
    answer(
      done,
      async () => (this.#asked(sid, (idHash) => this.#table.read(idHash)) ?? null) as StoreRecord | null,
    )
  }

  override set(sid: string, session: StoreRecord, done?: Done): void {
    answer(done, () => this.#asked(sid, (idHash) => this.#table.save(idHash, toSessionPayload(session))))
  }

  override touch(sid: string, session: StoreRecord, done?: Done): void {
    answer(done, () =>
      this.#asked(sid, (idHash) => this.#table.touch(idHash, toSessionPayload(session).cookie)),
    )
  }

  override destroy(sid: string, done?: Done): void {
    answer(done, () => this.#asked(sid, (idHash) => this.#table.destroy(idHash)))
  }

  #asked<T>(sid: string, ask: (idHash: string) => T): T {
    this.#node.assertRunning()
    return ask(sessionIdHash(sid))
  }
}
