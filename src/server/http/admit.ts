import type { RequestHandler } from 'express'
import type { Role } from '../../shared/session.ts'
import { pause } from '../lib/pause.ts'
import { insuredLimits } from '../state/insured-limits.ts'
import type { RateLimits } from '../state/state-provider.ts'
import { addressBucket, clientAddress } from './client-address.ts'
import type { Actor } from './endpoint.ts'
import { countRequest } from './rate-limit.ts'
import type { BrowserSessions, SessionName } from './session.ts'

/**
 * Who signs out all other browsers, or changes the password, raises the version first and carries the own session over then.
 * A request in between must not be told that nobody is signed in; one of a browser that was signed out is told so much later.
 */
const CARRIED_OVER_MS = 100

/** What a user's row must say for a session of theirs to count. */
export interface SessionUser {
  readonly id: string
  readonly username: string
  readonly role: Role
  readonly authVersion: number
  readonly disabled: boolean
}

export interface AdmitDeps {
  readonly sessions: BrowserSessions
  readonly limits: RateLimits
  readonly findUser: (id: string) => Promise<SessionUser | undefined>
  /** Told of whoever is let in, on every request. */
  readonly noteSeen?: ((actor: Actor) => void) | undefined
}

/**
 * Finds out who calls and counts the request. Both questions go out together, so that a provider on another machine is
 * asked in one round trip. What the caller may do is the endpoint's business.
 */
export function admit(deps: AdmitDeps): RequestHandler {
  const limits = insuredLimits(deps.limits)
  const asking = { sessions: deps.sessions, findUser: sharedWhileAsked(deps.findUser) }
  return async (req, res, next) => {
    const session = deps.sessions.named(req)
    if (!session) {
      await countRequest(limits, res, { addressBucket: addressBucket(clientAddress(req), 64) })
      return next()
    }
    const [actor] = await Promise.all([
      findActor(asking, session),
      countRequest(limits, res, { sessionIdHash: session.idHash }),
    ])
    if (actor) {
      req.context.actor = actor
      deps.noteSeen?.(actor)
    }
    return next()
  }
}

async function findActor(
  deps: Pick<AdmitDeps, 'sessions' | 'findUser'>,
  name: SessionName,
): Promise<Actor | undefined> {
  let session = await deps.sessions.read(name)
  if (!session) return undefined
  const user = await deps.findUser(session.userId)
  if (user?.authVersion === session.authVersion + 1) {
    await pause(CARRIED_OVER_MS)
    session = await deps.sessions.read(name)
  }
  if (!session || !user || user.disabled || user.authVersion !== session.authVersion) return undefined
  return {
    id: user.id,
    username: user.username,
    role: user.role,
    sessionIdHash: name.idHash,
    sessionCreatedAt: session.createdAt,
  }
}

/**
 * Requests whose sessions Redis named in one answer ask for the same few users at once: one question serves them all. It is
 * shared only until it is answered, and the database answers within the turn of the event loop in which it is asked, so that
 * nobody is told what was true before his own request came.
 */
function sharedWhileAsked<T>(ask: (id: string) => Promise<T>): (id: string) => Promise<T> {
  const asked = new Map<string, Promise<T>>()
  return (id) => {
    const known = asked.get(id)
    if (known) return known
    const answer = ask(id).finally(() => asked.delete(id))
    asked.set(id, answer)
    return answer
  }
}
