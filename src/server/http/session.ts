import { randomBytes } from 'node:crypto'
import type { Request, Response } from 'express'
import type { SessionData as StoreRecord } from 'express-session'
import type { Logger } from '../lib/logger.ts'
import { SESSION_IDLE_MS, SESSION_LIFETIME_MS, sessionIdHash } from '../state/session-payload.ts'
import {
  StateUnavailable,
  type SessionData,
  type Sessions,
  type StoredSession,
} from '../state/state-provider.ts'
import { cookieKind, readCookie, sign, unsign, type PublicUrl, type Secrets } from './cookies.ts'

const MOST_VERIFIED = 10_000

/**
 * Sessions of browsers in express-session's store, with its cookie and its records, but without its middleware
 * (docs/decisions/0002): a request reads its session and writes nothing, and a session is stored before, or ended before,
 * anybody is told so. Everything here rejects with StateUnavailable when the store does not answer.
 */
export interface BrowserSessions {
  /** What a cookie that we signed names. Says nothing of whether the session still exists; no I/O. */
  named(req: Request): SessionName | undefined
  /** Undefined: there is no such session (any more). */
  read(session: SessionName): Promise<SessionData | undefined>
  /** Begins a session under a new id, whatever cookie came along, and ends the one of that cookie; resolves with the new one. */
  begin(req: Request, res: Response, data: SessionData): Promise<SessionName>
  /** Ends the request's session. */
  end(req: Request, res: Response): Promise<void>
  /** Carries the request's session, and no other one, over a raised auth version. */
  keep(req: Request, authVersion: number): Promise<void>
}

export interface SessionName {
  readonly id: string
  readonly idHash: string
}

export interface BrowserSessionsDeps {
  readonly sessions: Sessions
  readonly secrets: Secrets
  readonly publicUrl: PublicUrl | undefined
  readonly log: Logger
  readonly now: () => number
}

export function createBrowserSessions(deps: BrowserSessionsDeps): BrowserSessions {
  const { secrets, now } = deps
  const { store } = deps.sessions
  const cookie = cookieKind('bangui.sid', deps.publicUrl)
  const verified = new Map<string, SessionName>()

  const save = (id: string, data: SessionData, expiresAt: number): Promise<void> =>
    settle((done) => store.set(id, asRecord(data, expiresAt), done))

  /** Now and then only: else every read would be a write. If it fails the next request tries again; nobody waits for it. */
  function prolongWhenDue(id: string, { data, expiresAt }: StoredSession): void {
    const end = Math.min(now() + SESSION_IDLE_MS, data.createdAt + SESSION_LIFETIME_MS)
    if (end - expiresAt < SESSION_IDLE_MS / 10) return
    store.touch?.(id, asRecord(data, end), (error?: unknown) => {
      if (error) deps.log.debug({ err: error }, 'a session was not prolonged')
    })
  }

  /** Browsers send the same cookie with every request; checking its signature again each time would tell nothing new. */
  function named(req: Request): SessionName | undefined {
    const value = readCookie(req, cookie.name)
    if (value === undefined) return undefined
    const known = verified.get(value)
    if (known) return known
    const id = unsign(value, secrets)
    if (id === undefined) return undefined
    if (verified.size >= MOST_VERIFIED) verified.clear()
    const name = { id, idHash: sessionIdHash(id) }
    verified.set(value, name)
    return name
  }

  return {
    named,

    async read({ id, idHash }) {
      const session = await deps.sessions.read(idHash)
      if (!session || session.data.createdAt + SESSION_LIFETIME_MS <= now()) return undefined
      prolongWhenDue(id, session)
      return session.data
    },

    async begin(req, res, data) {
      const id = randomBytes(24).toString('base64url')
      await save(id, data, now() + SESSION_IDLE_MS)
      const previous = named(req)
      if (previous) await deps.sessions.revoke(previous.idHash)
      // The store ends an idle session; the browser keeps the cookie for as long as any session can last.
      res.cookie(cookie.name, sign(id, secrets), { ...cookie.options, maxAge: SESSION_LIFETIME_MS })
      return { id, idHash: sessionIdHash(id) }
    },

    async end(req, res) {
      const session = named(req)
      if (session) await deps.sessions.revoke(session.idHash)
      res.clearCookie(cookie.name, cookie.options)
    },

    async keep(req, authVersion) {
      const name = named(req)
      const session = name && (await deps.sessions.read(name.idHash))
      if (session) await save(name.id, { ...session.data, authVersion }, session.expiresAt)
    },
  }
}

/** As express-session would store it; stores take the end of a session from its cookie. */
function asRecord(data: SessionData, expiresAt: number): StoreRecord {
  const cookie = { originalMaxAge: SESSION_IDLE_MS, expires: new Date(expiresAt).toISOString() }
  return { ...data, cookie } as unknown as StoreRecord
}

/** A store's callback as a promise. Whatever keeps it from answering is an outage, never an answer. */
function settle(ask: (done: (error?: unknown) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    ask((error) => {
      if (!error) return resolve()
      return reject(error instanceof StateUnavailable ? error : new StateUnavailable(error))
    })
  })
}
