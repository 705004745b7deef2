import { messageOf } from '../../lib/errors.ts'
import type { Logger } from '../../lib/logger.ts'
import { isTouchDue, parseSessionPayload, sessionExpiry, type SessionPayload } from '../session-payload.ts'
import { StateUnavailable, type StoredSession } from '../state-provider.ts'
import { createInTurn } from '../in-turn.ts'
import type { SessionArchive } from './session-archive.ts'

/** Sessions beyond this push out the oldest: memory is bounded whoever signs in how often. */
const MOST_SESSIONS = 10_000
/** How long a destroyed session refuses to be saved again; no request that loaded it before lives longer. */
const TOMBSTONE_MS = 3_600_000
const MOST_TOMBSTONES = 10_000

export interface SessionTableDeps {
  readonly archive: SessionArchive
  readonly now: () => number
  readonly log?: Pick<Logger, 'warn'> | undefined
  /** The archive began to refuse: call `maintain` until `fault` is gone. */
  readonly onFault?: () => void
  readonly mostSessions?: number
}

interface Entry {
  readonly userId: string
  readonly payload: string
  readonly expiresAt: number
}

/**
 * The sessions of all nodes by the hash of their id. Writes reach the archive before they are acknowledged; where it
 * refuses they reject with StateUnavailable.
 */
export class SessionTable {
  readonly #deps: SessionTableDeps
  readonly #mostSessions: number
  /** Oldest first. */
  readonly #entries = new Map<string, Entry>()
  /** When each may be forgotten. */
  readonly #tombstones = new Map<string, number>()
  /** Destroyed, but the archive does not know yet: on a restart they would be sessions again. */
  readonly #unremoved = new Set<string>()
  readonly #inTurn = createInTurn()
  #fault: string | undefined

  constructor(deps: SessionTableDeps) {
    this.#deps = deps
    this.#mostSessions = deps.mostSessions ?? MOST_SESSIONS
  }

  /** Why the archive's last answer was an error. */
  get fault(): string | undefined {
    return this.#fault
  }

  /** Reads the archive. */
  async load(): Promise<void> {
    const { archive, now, log } = this.#deps
    const sessions = await this.#archived(() => archive.loadAll(now()))
    const parsed = sessions.map((session) => ({ session, payload: parseSessionPayload(session.payload) }))
    parsed.sort((a, b) => (a.payload?.createdAt ?? 0) - (b.payload?.createdAt ?? 0))
    for (const { session, payload } of parsed) {
      const { idHash, ...entry } = session
      if (payload) this.#entries.set(idHash, entry)
      else this.#unremoved.add(idHash)
    }
    const dropped = this.#unremoved.size
    if (dropped > 0) log?.warn({ dropped }, 'some stored sessions cannot be read; their owners sign in again')
  }

  read(idHash: string): SessionPayload | undefined {
    const entry = this.#live(idHash)
    return entry && payloadOf(entry)
  }

  find(idHash: string): StoredSession | undefined {
    const entry = this.#live(idHash)
    if (!entry) return undefined
    const { cookie: _, ...data } = payloadOf(entry)
    return { idHash, data, expiresAt: entry.expiresAt }
  }

  async save(idHash: string, payload: SessionPayload): Promise<void> {
    await this.#inTurn(idHash, async () => {
      await this.#write(idHash, payload, sessionExpiry(payload, this.#deps.now()))
    })
  }

  /** Gives a session the end that its cookie says, where that is worth a write. A missing one stays missing. */
  async touch(idHash: string, cookie: SessionPayload['cookie']): Promise<void> {
    await this.#inTurn(idHash, async () => {
      const entry = this.#live(idHash)
      if (!entry) return
      const payload = { ...payloadOf(entry), cookie }
      const expiresAt = sessionExpiry(payload, this.#deps.now())
      if (isTouchDue(payload, entry.expiresAt, expiresAt)) await this.#write(idHash, payload, expiresAt)
    })
  }

  async destroy(idHash: string): Promise<void> {
    this.#tombstones.set(idHash, this.#deps.now() + TOMBSTONE_MS)
    if (this.#tombstones.size > MOST_TOMBSTONES) dropOldest(this.#tombstones)
    this.#entries.delete(idHash)
    await this.#inTurn(idHash, () => this.#remove(idHash))
  }

  list(userId: string): StoredSession[] {
    return [...this.#entries].flatMap(([idHash, entry]) => {
      const session = entry.userId === userId ? this.find(idHash) : undefined
      return session ? [session] : []
    })
  }

  /** Drops what has ended and repeats what the archive refused. Never rejects. */
  async maintain(): Promise<void> {
    const at = this.#deps.now()
    for (const [idHash, { expiresAt }] of this.#entries) if (expiresAt <= at) this.#entries.delete(idHash)
    for (const [idHash, until] of this.#tombstones) if (until <= at) this.#tombstones.delete(idHash)
    try {
      for (const idHash of this.#unremoved) await this.#inTurn(idHash, () => this.#remove(idHash))
      await this.#archived(() => this.#deps.archive.removeExpired(at))
    } catch {
      // `fault` says so, and the next round tries again.
    }
  }

  #live(idHash: string): Entry | undefined {
    const entry = this.#entries.get(idHash)
    return entry && entry.expiresAt > this.#deps.now() ? entry : undefined
  }

  /** The tombstone is asked before and after the archive is: a session destroyed meanwhile must not come back. */
  async #write(idHash: string, payload: SessionPayload, expiresAt: number): Promise<void> {
    if (this.#tombstones.has(idHash)) return
    const entry = { userId: payload.userId, payload: JSON.stringify(payload), expiresAt }
    await this.#archived(() => this.#deps.archive.save({ idHash, ...entry }))
    if (this.#tombstones.has(idHash)) return
    this.#entries.set(idHash, entry)
    while (this.#entries.size > this.#mostSessions) {
      const oldest = dropOldest(this.#entries)
      void this.#inTurn(oldest, () => this.#remove(oldest)).catch(() => undefined)
    }
  }

  async #remove(idHash: string): Promise<void> {
    this.#unremoved.add(idHash)
    await this.#archived(() => this.#deps.archive.remove(idHash))
    this.#unremoved.delete(idHash)
  }

  async #archived<T>(work: () => Promise<T>): Promise<T> {
    try {
      const result = await work()
      this.#fault = undefined
      return result
    } catch (error) {
      const isNew = this.#fault === undefined
      this.#fault = messageOf(error)
      if (isNew) this.#deps.onFault?.()
      throw new StateUnavailable(error)
    }
  }
}

function payloadOf(entry: Entry): SessionPayload {
  return JSON.parse(entry.payload) as SessionPayload
}

/** Of a map that is not empty. */
function dropOldest(map: Map<string, unknown>): string {
  const [oldest = ''] = map.keys()
  map.delete(oldest)
  return oldest
}
