import type { PasswordChange, SessionInfo } from '../../../shared/session.ts'
import type { Actor, Caller } from '../../http/endpoint.ts'
import { tooMany } from '../../http/rate-limit.ts'
import { AppError } from '../../lib/errors.ts'
import type { Logger } from '../../lib/logger.ts'
import type { RateLimits, Rule, Sessions } from '../../state/state-provider.ts'
import type { Passwords } from './password.ts'
import type { UsersRepository } from './users.repository.ts'

const PASSWORD_CHANGES: Rule = { name: 'password-change', points: 5, windowSeconds: 600 }

/** What people do with their own account. */
export interface AccountService {
  /** The actor's own, newest first. */
  sessionsOf(actor: Actor): Promise<SessionInfo[]>
  revoke(actor: Actor, sessionId: string): Promise<void>
  /** Ends every session of the actor but this one. */
  revokeOthers(actor: Actor, caller: Caller): Promise<void>
  /** Ends every session of the actor and begins a new one in this browser. */
  changePassword(actor: Actor, request: PasswordChange, caller: Caller): Promise<void>
}

export interface AccountDeps {
  readonly users: UsersRepository
  readonly passwords: Passwords
  readonly sessions: Pick<Sessions, 'list' | 'revoke'>
  readonly limits: RateLimits
  readonly log: Logger
}

export function createAccountService(deps: AccountDeps): AccountService {
  const { users, passwords, sessions, log } = deps

  async function liveSessions(actor: Actor) {
    const [user, stored] = await Promise.all([users.findById(actor.id), sessions.list(actor.id)])
    return stored.filter((session) => session.data.authVersion === user?.authVersion)
  }

  return {
    async sessionsOf(actor) {
      const live = await liveSessions(actor)
      return live
        .toSorted((a, b) => b.data.createdAt - a.data.createdAt)
        .map(({ idHash, data, expiresAt }) => ({
          id: idHash,
          current: idHash === actor.sessionIdHash,
          address: data.address,
          userAgent: data.userAgent,
          createdAt: new Date(data.createdAt).toISOString(),
          expiresAt: new Date(expiresAt).toISOString(),
        }))
    },

    async revoke(actor, sessionId) {
      const live = await liveSessions(actor)
      if (!live.some((session) => session.idHash === sessionId)) {
        throw new AppError('not-found', 'You have no such session (any more).')
      }
      await sessions.revoke(sessionId)
    },

    async revokeOthers(actor, caller) {
      const stored = await sessions.list(actor.id)
      const authVersion = await users.raiseAuthVersion(actor.id)
      if (authVersion !== undefined) await caller.keepSignedIn(authVersion)
      const others = stored.filter((session) => session.idHash !== actor.sessionIdHash)
      // They count no more already; this only clears them away.
      await Promise.all(others.map((session) => sessions.revoke(session.idHash)))
    },

    async changePassword(actor, request, caller) {
      const [user, stored] = await Promise.all([users.findById(actor.id), users.passwordHashOf(actor.id)])
      const verdict = await deps.limits.consume(PASSWORD_CHANGES, actor.id)
      if (!verdict.allowed) throw tooMany('Too many attempts to change the password.', verdict)
      if (!(await passwords.verify(request.current, stored))) {
        const detail = 'This is not your current password.'
        throw new AppError('validation-failed', detail, {
          errors: [{ in: 'body', pointer: '/current', detail }],
        })
      }
      await deps.limits.refund(PASSWORD_CHANGES, actor.id)
      const hash = await passwords.hash(request.new)
      const authVersion = user && (await users.changePassword(actor.id, user.authVersion, hash))
      if (authVersion === undefined) {
        throw new AppError(
          'conflict',
          'Your account was changed at the same time, and the password stayed as it was.',
        )
      }
      log.info({ user: actor.username }, 'a password was changed')
      await caller.signIn({ id: actor.id, authVersion })
    },
  }
}
