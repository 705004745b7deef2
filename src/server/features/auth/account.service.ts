import type { PasswordChange, SessionInfo } from '../../../shared/session.ts'
import type { Actor, Caller } from '../../http/endpoint.ts'
import { audited } from '../../lib/audit.ts'
import { AppError } from '../../lib/errors.ts'
import type { Logger } from '../../lib/logger.ts'
import type { Sessions, StoredSession } from '../../state/state-provider.ts'
import { assertPassword } from './password-rule.ts'
import type { Passwords } from './password.ts'
import type { SessionEnd } from './session-end.ts'
import type { SessionsSeen } from './sessions-seen.ts'
import type { SignInLimits } from './sign-in-limits.ts'
import { usernameKey, type UsersRepository } from './users.repository.ts'

/** As in every list. */
const MOST_LISTED = 500

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
  readonly sessions: Pick<Sessions, 'list'>
  readonly sessionEnd: SessionEnd
  readonly seen: Pick<SessionsSeen, 'ofUser'>
  readonly signInLimits: SignInLimits
  readonly log: Logger
}

export function createAccountService(deps: AccountDeps): AccountService {
  const { users, sessions, sessionEnd, log } = deps
  const changePassword = passwordChange(deps)

  async function liveSessions(actor: Actor): Promise<StoredSession[]> {
    const [user, stored] = await Promise.all([users.findById(actor.id), sessions.list(actor.id)])
    return stored.filter((session) => session.data.authVersion === user?.authVersion)
  }

  const byActor = (action: string, actor: Actor, object: string) => ({
    action,
    actor: actor.username,
    object,
  })

  return {
    async sessionsOf(actor) {
      const [live, seenAt] = await Promise.all([liveSessions(actor), deps.seen.ofUser(actor.id)])
      return live
        .toSorted((a, b) => b.data.createdAt - a.data.createdAt)
        .slice(0, MOST_LISTED)
        .map(({ idHash, data, expiresAt }) => ({
          id: idHash,
          current: idHash === actor.sessionIdHash,
          address: data.address,
          userAgent: data.userAgent,
          createdAt: new Date(data.createdAt).toISOString(),
          lastSeenAt: new Date(Math.max(data.createdAt, seenAt.get(idHash) ?? 0)).toISOString(),
          expiresAt: new Date(expiresAt).toISOString(),
        }))
    },

    revoke: (actor, sessionId) =>
      audited(log, byActor('session.revoke', actor, sessionId), async () => {
        const live = await liveSessions(actor)
        if (!live.some((session) => session.idHash === sessionId)) {
          throw new AppError('not-found', 'You have no such session (any more).')
        }
        await sessionEnd.one(actor.id, sessionId)
      }),

    revokeOthers: (actor, caller) =>
      audited(log, byActor('session.revoke-others', actor, actor.username), async () => {
        const stored = await sessions.list(actor.id)
        const authVersion = await users.raiseAuthVersion(actor.id)
        if (authVersion !== undefined) await caller.keepSignedIn(authVersion)
        const others = new Set(stored.map(({ idHash }) => idHash))
        others.delete(actor.sessionIdHash)
        await sessionEnd.clearAway(actor.id, ({ idHash }) => others.has(idHash))
      }),

    changePassword: (actor, request, caller) =>
      audited(log, byActor('password.change', actor, actor.username), () =>
        changePassword(actor, request, caller),
      ),
  }
}

/** A wrong current password counts as a failed sign-in: a borrowed session must not open a second way to guess. */
function passwordChange(deps: AccountDeps): AccountService['changePassword'] {
  const { users, passwords, signInLimits, sessionEnd } = deps
  return async (actor, request, caller) => {
    const [user, stored] = await Promise.all([users.findById(actor.id), users.passwordHashOf(actor.id)])
    const attempt = await signInLimits.begin({
      accountKey: usernameKey(actor.username),
      address: caller.address,
      deviceToken: caller.deviceToken,
    })
    let wrong = false
    try {
      wrong = !(await passwords.verify(request.current, stored))
    } finally {
      if (!wrong) await attempt.giveBack()
    }
    if (wrong) throw badField('/current', 'This is not your current password.')
    if (request.new === request.current) throw badField('/new', 'This is your current password already.')
    assertPassword(request.new, { username: actor.username }, '/new')
    const hash = await passwords.hash(request.new)
    const authVersion = user && (await users.changePassword(actor.id, user.authVersion, hash))
    if (authVersion === undefined) {
      throw new AppError(
        'conflict',
        'Your account was changed at the same time, and the password stayed as it was.',
      )
    }
    await caller.signIn({ id: actor.id, authVersion })
    await sessionEnd.clearAway(actor.id, ({ data }) => data.authVersion < authVersion)
  }
}

function badField(pointer: string, detail: string): AppError {
  return new AppError('validation-failed', detail, { errors: [{ in: 'body', pointer, detail }] })
}
