import { randomUUID } from 'node:crypto'
import type { NewUser, UserChange, UserInfo, UserPage } from '../../../shared/user.ts'
import type { Actor } from '../../http/endpoint.ts'
import { audited, type Deed } from '../../lib/audit.ts'
import { AppError } from '../../lib/errors.ts'
import type { Logger } from '../../lib/logger.ts'
import type { Sessions } from '../../state/state-provider.ts'
import { assertPassword } from './password-rule.ts'
import type { Passwords } from './password.ts'
import type { SessionEnd } from './session-end.ts'
import type { ListedUser, Refusal, UserAdminRepository } from './user-admin.repository.ts'
import { usernameKey, type UsersRepository } from './users.repository.ts'

/** Who does it. */
export type Administrator = Pick<Actor, 'id' | 'username'>

/** What administrators do with everybody's accounts. Whatever is refused changes nothing. */
export interface UserAdminService {
  list(request: { limit: number; cursor: string | undefined }): Promise<UserPage>
  create(actor: Administrator, request: NewUser): Promise<UserInfo>
  /** A new role counts from the user's next request on; disabling signs the user out everywhere. */
  change(actor: Administrator, id: string, change: UserChange): Promise<UserInfo>
  /** Signs the user out everywhere. */
  resetPassword(actor: Administrator, id: string, password: string): Promise<void>
  remove(actor: Administrator, id: string): Promise<void>
}

export interface UserAdminDeps {
  readonly users: Pick<UsersRepository, 'add'>
  readonly repository: UserAdminRepository
  readonly passwords: Pick<Passwords, 'hash'>
  readonly sessions: Pick<Sessions, 'list'>
  readonly sessionEnd: SessionEnd
  readonly log: Logger
  readonly now: () => number
}

export function createUserAdminService(deps: UserAdminDeps): UserAdminService {
  const { repository, sessionEnd, log } = deps

  async function found(id: string): Promise<ListedUser> {
    const user = await repository.find(id)
    if (!user) throw noUser()
    return user
  }

  async function describe(user: ListedUser): Promise<UserInfo> {
    const stored = user.disabled ? [] : await deps.sessions.list(user.id)
    return toUserInfo(user, stored.filter(({ data }) => data.authVersion === user.authVersion).length)
  }

  /** Looks who it is first, so that the log has the name. */
  async function onUser<T>(
    deed: Pick<Deed, 'action' | 'change'> & { actor: Administrator },
    id: string,
    work: (user: ListedUser) => Promise<T>,
  ): Promise<T> {
    const user = await found(id)
    return audited(log, { ...deed, actor: deed.actor.username, object: user.username }, () => work(user))
  }

  return {
    async list({ limit, cursor }) {
      const rows = await repository.page(cursor === undefined ? undefined : decodeCursor(cursor), limit + 1)
      const [items, total] = await Promise.all([
        Promise.all(rows.slice(0, limit).map(describe)),
        repository.count(),
      ])
      const last = items.at(-1)
      return { items, total, ...(last && rows.length > limit && { nextCursor: encodeCursor(last.username) }) }
    },

    create: (actor, { username, role, password }) =>
      audited(
        log,
        { action: 'user.create', actor: actor.username, object: username, change: { role } },
        async () => {
          assertPassword(password, { username })
          const passwordHash = await deps.passwords.hash(password)
          const id = randomUUID()
          const added = await deps.users.add({ id, username, role, passwordHash, createdAt: deps.now() })
          if (!added) throw nameTaken(username)
          return describe(await found(id))
        },
      ),

    change: (actor, id, change) =>
      onUser({ action: 'user.change', actor, change: asEntries(change) }, id, async () => {
        if (change.disabled === true && id === actor.id) throw ownAccount('You cannot disable yourself.')
        assertDone(await repository.change(id, change))
        if (change.disabled === true) await sessionEnd.clearAway(id, () => true)
        else await sessionEnd.tell(id)
        return describe(await found(id))
      }),

    resetPassword: (actor, id, password) =>
      onUser({ action: 'user.reset-password', actor }, id, async (user) => {
        if (id === actor.id) {
          throw ownAccount(
            'Your own password is not reset.',
            'Change it instead, which asks for the current one.',
          )
        }
        assertPassword(password, user)
        assertDone(await repository.setPassword(id, await deps.passwords.hash(password)))
        await sessionEnd.clearAway(id, ({ data }) => data.authVersion <= user.authVersion)
      }),

    remove: (actor, id) =>
      onUser({ action: 'user.delete', actor }, id, async () => {
        if (id === actor.id) throw ownAccount('You cannot delete yourself.')
        assertDone(await repository.remove(id))
        await sessionEnd.clearAway(id, () => true)
      }),
  }
}

function toUserInfo(user: ListedUser, sessions: number): UserInfo {
  const { id, username, role, disabled, lastSignInAt, lastSeenAt } = user
  return {
    id,
    username,
    role,
    disabled,
    createdAt: new Date(user.createdAt).toISOString(),
    ...(lastSignInAt !== undefined && { lastSignInAt: new Date(lastSignInAt).toISOString() }),
    ...(lastSeenAt !== undefined && { lastSeenAt: new Date(lastSeenAt).toISOString() }),
    sessions,
  }
}

function asEntries({ role, disabled }: UserChange): NonNullable<Deed['change']> {
  return { ...(role !== undefined && { role }), ...(disabled !== undefined && { disabled }) }
}

/** The name behind which the next page begins. */
function encodeCursor(username: string): string {
  return Buffer.from(usernameKey(username)).toString('base64url')
}

function decodeCursor(cursor: string): string {
  return Buffer.from(cursor, 'base64url').toString('utf8')
}

function assertDone(refusal: Refusal | undefined): void {
  if (refusal === 'not-found') throw noUser()
  if (refusal === 'last-administrator') {
    throw new AppError('last-administrator', 'This is the last administrator who can sign in.')
  }
}

function noUser(): AppError {
  return new AppError('not-found', 'There is no such user (any more).', {
    nextStep: 'Load the list of users again.',
  })
}

function nameTaken(username: string): AppError {
  const detail = `There is a user called ${username} already: capitals make no difference.`
  return new AppError('username-taken', detail, { errors: [{ in: 'body', pointer: '/username', detail }] })
}

function ownAccount(what: string, nextStep?: string): AppError {
  return new AppError('own-account', what, nextStep === undefined ? {} : { nextStep })
}
