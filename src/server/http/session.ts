import { randomBytes } from 'node:crypto'
import type { Request, Response } from 'express'
import type { SessionData as StoreRecord } from 'express-session'
import type { Logger } from '../lib/logger.ts'
import {
  isTouchDue,
  SESSION_IDLE_MS,
  SESSION_LIFETIME_MS,
  sessionIdHash,
  type SessionPayload,
} from '../state/session-payload.ts'
import { StateUnavailable, type SessionData, type Sessions } from '../state/state-provider.ts'
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
  read(id: string): Promise<SessionData | undefined>
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
  readonly store: Sessions['store']
  readonly secrets: Secrets
  readonly publicUrl: PublicUrl | undefined
  readonly log: Logger
  readonly now: () => number
}

export function createBrowserSessions(deps: BrowserSessionsDeps): BrowserSessions {
  const { store, secrets, now } = deps
  const cookie = cookieKind('bangui.sid', deps.publicUrl)
  const verified = new Map<string, SessionName>()

  // The store holds nothing but what session-payload.ts accepts.
  const load = (id: string): Promise<SessionPayload | undefined> =>
    settle((done) =>
      store.get(id, (error, record) => done(error, (record ?? undefined) as SessionPayload | undefined)),
    )
  const save = (id: string, payload: SessionPayload): Promise<void> =>
    settle((done) => store.set(id, asRecord(payload), done))
  const destroy = (id: string): Promise<void> => settle((done) => store.destroy(id, done))

  /** Now and then only: else every read would be a write. If it fails the next request tries again; nobody waits for it. */
  function prolongWhenDue(id: string, payload: SessionPayload): void {
    const end = Math.min(now() + SESSION_IDLE_MS, payload.createdAt + SESSION_LIFETIME_MS)
    if (!isTouchDue(payload, Date.parse(payload.cookie.expires ?? ''), end)) return
    store.touch?.(id, asRecord({ ...payload, cookie: cookieFields(end) }), (error?: unknown) => {
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

    async read(id) {
      const payload = await load(id)
      if (!payload || payload.createdAt + SESSION_LIFETIME_MS <= now()) return undefined
      prolongWhenDue(id, payload)
      return payload
    },

    async begin(req, res, data) {
      const id = randomBytes(24).toString('base64url')
      await save(id, { ...data, cookie: cookieFields(now() + SESSION_IDLE_MS) })
      const previous = named(req)
      if (previous) await destroy(previous.id)
      // The store ends an idle session; the browser keeps the cookie for as long as any session can last.
      res.cookie(cookie.name, sign(id, secrets), { ...cookie.options, maxAge: SESSION_LIFETIME_MS })
      return { id, idHash: sessionIdHash(id) }
    },

    async end(req, res) {
      const session = named(req)
      if (session) await destroy(session.id)
      res.clearCookie(cookie.name, cookie.options)
    },

    async keep(req, authVersion) {
      const session = named(req)
      const payload = session && (await load(session.id))
      if (payload) await save(session.id, { ...payload, authVersion })
    },
  }
}

/** What express-session would keep of the cookie; stores take the end of a session from it. */
function cookieFields(expiresAt: number): SessionPayload['cookie'] {
  return { originalMaxAge: SESSION_IDLE_MS, expires: new Date(expiresAt).toISOString() }
}

/** To a store a record is whatever it finds beside the cookie. */
function asRecord(payload: SessionPayload): StoreRecord {
  return payload as unknown as StoreRecord
}

/** A store's callback as a promise. Whatever keeps it from answering is an outage, never an answer. */
function settle<T>(ask: (done: (error?: unknown, value?: T) => void) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    ask((error, value) => {
      if (!error) return resolve(value as T)
      return reject(error instanceof StateUnavailable ? error : new StateUnavailable(error))
    })
  })
}
