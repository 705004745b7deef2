import { hash } from 'node:crypto'
import { z } from 'zod'
import type { SessionData } from './state-provider.ts'

const DAY_MS = 86_400_000

/** Without a request for this long a session ends; every request gives it the whole time again. */
export const SESSION_IDLE_MS = 7 * DAY_MS
/** However busy it is, a session ends this long after its sign-in. */
export const SESSION_LIFETIME_MS = 30 * DAY_MS

/** What express-session hands to its store, as JSON. */
const SessionPayload = z.object({
  cookie: z.looseObject({
    originalMaxAge: z.number().nullish(),
    expires: z.iso.datetime().nullish(),
  }),
  userId: z.string().min(1),
  authVersion: z.int(),
  createdAt: z.int(),
  address: z.string(),
  userAgent: z.string(),
}) satisfies z.ZodType<SessionData>
export type SessionPayload = z.infer<typeof SessionPayload>
/** A session that is written holds who signed in, and nothing else. One that is read may be a newer version's and hold more. */
const NewSessionPayload = SessionPayload.strict()

/** Copies what express-session wants stored; throws a ZodError when it is not a signed-in session. */
export function toSessionPayload(session: unknown): SessionPayload {
  return NewSessionPayload.parse(JSON.parse(JSON.stringify(session)))
}

/** Reads a stored session; undefined when it is not one, whoever wrote it. */
export function parseSessionPayload(text: string): SessionPayload | undefined {
  try {
    return SessionPayload.parse(JSON.parse(text))
  } catch {
    return undefined
  }
}

/** Hex SHA-256 of a session id: what sessions are stored and listed under, worthless as a cookie. */
export function sessionIdHash(sid: string): string {
  return hash('sha256', sid)
}

/** When a session used at `now` ends: its cookie's own end where it has one, else the idle time; never past its lifetime. */
export function sessionExpiry({ cookie, createdAt }: SessionPayload, now: number): number {
  const idleEnd = typeof cookie.expires === 'string' ? Date.parse(cookie.expires) : now + SESSION_IDLE_MS
  return Math.min(idleEnd, createdAt + SESSION_LIFETIME_MS)
}

/** Whether moving the end of a session is worth a write: below nine tenths of its idle time, so that reads write nothing. */
export function isTouchDue({ cookie }: SessionPayload, expiresAt: number, nextExpiresAt: number): boolean {
  const gainMs = nextExpiresAt - expiresAt
  return gainMs < 0 || gainMs >= (cookie.originalMaxAge ?? SESSION_IDLE_MS) / 10
}
