import type { RequestHandler } from 'express'
import type { Role } from '../../shared/session.ts'
import { insuredLimits } from '../state/insured-limits.ts'
import type { RateLimits } from '../state/state-provider.ts'
import { addressBucket, clientAddress } from './client-address.ts'
import type { Actor } from './endpoint.ts'
import { countRequest } from './rate-limit.ts'
import type { BrowserSessions, SessionName } from './session.ts'

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
}

/**
 * Finds out who calls and counts the request. Both questions go out together, so that a provider on another machine is
 * asked in one round trip. What the caller may do is the endpoint's business.
 */
export function admit(deps: AdmitDeps): RequestHandler {
  const limits = insuredLimits(deps.limits)
  return async (req, res, next) => {
    const session = deps.sessions.named(req)
    if (!session) {
      await countRequest(limits, res, { addressBucket: addressBucket(clientAddress(req), 64) })
      return next()
    }
    const [actor] = await Promise.all([
      findActor(deps, session),
      countRequest(limits, res, { sessionIdHash: session.idHash }),
    ])
    if (actor) req.context.actor = actor
    return next()
  }
}

async function findActor(deps: AdmitDeps, name: SessionName): Promise<Actor | undefined> {
  const session = await deps.sessions.read(name)
  if (!session) return undefined
  const user = await deps.findUser(session.userId)
  if (!user || user.disabled || user.authVersion !== session.authVersion) return undefined
  return {
    id: user.id,
    username: user.username,
    role: user.role,
    sessionIdHash: name.idHash,
    sessionCreatedAt: session.createdAt,
  }
}
