import type { Request, RequestHandler, Response } from 'express'
import expressSession, { type SessionData as StoreRecord } from 'express-session'
import type { Logger } from '../lib/logger.ts'
import {
  isTouchDue,
  SESSION_IDLE_MS,
  SESSION_LIFETIME_MS,
  type SessionPayload,
} from '../state/session-payload.ts'
import { StateUnavailable, type SessionData, type Sessions } from '../state/state-provider.ts'
import { cookieKind, readCookie, unsign, type PublicUrl, type Secrets } from './cookies.ts'

/**
 * Sessions of browsers. They are begun by express-session and read, on every request, by the few lines here: express-session
 * would parse, hash and touch each session on each request, which costs more than all other layers together, and could
 * write back a session that somebody else has just ended. The cookie and the stored record are express-session's.
 */
export interface BrowserSessions {
  /** The id in a cookie that we signed. Says nothing of whether the session still exists; no I/O. */
  idOf(req: Request): string | undefined
  /** Undefined: there is no such session (any more). */
  read(id: string): Promise<SessionData | undefined>
  /** Begins a session under a new id, whatever cookie came along; resolves with the id once the session is stored. */
  begin(req: Request, res: Response, data: SessionData): Promise<string>
  /** Ends the request's session; resolves once it is destroyed. */
  end(req: Request, res: Response): Promise<void>
  /** Carries the request's session, and no other one, over a raised auth version. */
  keep(req: Request, authVersion: number): Promise<void>
}

export interface BrowserSessionsDeps {
  readonly store: Sessions['store']
  readonly secrets: Secrets
  readonly publicUrl: PublicUrl | undefined
  readonly log: Logger
  readonly now: () => number
}

export function createBrowserSessions(deps: BrowserSessionsDeps): BrowserSessions {
  const { store, now } = deps
  const cookie = cookieKind('bangui.sid', deps.publicUrl)
  const beginner = expressSession({
    name: cookie.name,
    secret: [...deps.secrets],
    store,
    resave: false,
    saveUninitialized: false,
    rolling: false,
    cookie: { ...cookie.options, maxAge: SESSION_IDLE_MS },
  })

  // The store holds nothing but what session-payload.ts accepts.
  const load = (id: string): Promise<SessionPayload | undefined> =>
    settle((done) =>
      store.get(id, (error, record) => done(error, (record ?? undefined) as SessionPayload | undefined)),
    )
  const destroy = (id: string): Promise<void> => settle((done) => store.destroy(id, done))
  const asStored = (payload: SessionPayload): StoreRecord => payload as unknown as StoreRecord

  /** Now and then only: else every read would be a write. If it fails the next request tries again; nobody waits for it. */
  function prolongWhenDue(id: string, payload: SessionPayload): void {
    const { cookie: stored, createdAt } = payload
    const end = new Date(Math.min(now() + SESSION_IDLE_MS, createdAt + SESSION_LIFETIME_MS))
    if (!isTouchDue(payload, Date.parse(stored.expires ?? ''), end.getTime())) return
    const prolonged = { ...payload, cookie: { ...stored, expires: end.toISOString() } }
    store.touch?.(id, asStored(prolonged), (error?: unknown) => {
      if (error) deps.log.debug({ err: error }, 'a session was not prolonged')
    })
  }

  function idOf(req: Request): string | undefined {
    const value = readCookie(req, cookie.name)
    return value === undefined ? undefined : unsign(value, deps.secrets)
  }

  return {
    idOf,

    async read(id) {
      const payload = await load(id)
      if (!payload || payload.createdAt + SESSION_LIFETIME_MS <= now()) return undefined
      prolongWhenDue(id, payload)
      return payload
    },

    async begin(req, res, data) {
      const previous = idOf(req)
      // Without a cookie express-session makes a new id: none that a browser brings is ever signed in.
      delete req.headers.cookie
      // PUBLIC_URL says that browsers come by https; express-session would ask whether the proxy said so too.
      if (cookie.options.secure) Object.defineProperty(req, 'secure', { value: true })
      try {
        await run(beginner, req, res)
        const { session } = req
        Object.assign(session, data)
        await settle<void>((done) => session.save(done))
        if (previous !== undefined) await destroy(previous)
        // The store ends an idle session; the browser keeps the cookie as long as any session can last.
        session.cookie.maxAge = SESSION_LIFETIME_MS
        return session.id
      } catch (error) {
        // express-session would set the cookie of a session that is not stored.
        Reflect.deleteProperty(req, 'session')
        throw error
      }
    },

    async end(req, res) {
      const id = idOf(req)
      if (id !== undefined) await destroy(id)
      res.clearCookie(cookie.name, cookie.options)
    },

    async keep(req, authVersion) {
      const id = idOf(req)
      const payload = id === undefined ? undefined : await load(id)
      if (id === undefined || !payload) return
      await settle<void>((done) => store.set(id, asStored({ ...payload, authVersion }), done))
    },
  }
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

/** Rejects also where express-session goes on without a session because its store has disconnected. */
function run(middleware: RequestHandler, req: Request, res: Response): Promise<void> {
  return settle((done) => {
    void middleware(req, res, (error?: unknown) =>
      done(error ?? (req.session === undefined ? new StateUnavailable() : undefined)),
    )
  })
}
