import type { Transaction } from 'kysely'
import type { Role } from '../../../shared/session.ts'
import type { UserChange } from '../../../shared/user.ts'
import type { Db } from '../../db/database.ts'
import type { Database, UserRow } from '../../db/schema.ts'

/** A user as administrators see them; times in ms since 1970. */
export interface ListedUser {
  readonly id: string
  readonly username: string
  readonly role: Role
  readonly authVersion: number
  readonly disabled: boolean
  readonly createdAt: number
  readonly lastSignInAt: number | undefined
  readonly lastSeenAt: number | undefined
}

/** Why nothing was written. last-administrator: nobody enabled would be left with the role admin. */
export type Refusal = 'not-found' | 'last-administrator'

/**
 * Users as administrators change them. Each change looks and writes in one transaction, which holds the database's write
 * lock from its first statement: of two processes that each demote the other's administrator, the second finds the last one.
 */
export interface UserAdminRepository {
  /** In the order of names; `after` is the key of a name. */
  page(after: string | undefined, limit: number): Promise<ListedUser[]>
  count(): Promise<number>
  find(id: string): Promise<ListedUser | undefined>
  /** Disabling signs the user out everywhere, also for when they are enabled again. */
  change(id: string, change: UserChange): Promise<Refusal | undefined>
  /** Signs the user out everywhere. */
  setPassword(id: string, passwordHash: string): Promise<Refusal | undefined>
  remove(id: string): Promise<Refusal | undefined>
}

export function createUserAdminRepository(db: Db): UserAdminRepository {
  const listed = () =>
    db
      .selectFrom('users')
      .select(['id', 'username', 'role', 'auth_version', 'disabled', 'created_at', 'last_sign_in_at'])
      .select((eb) =>
        eb
          .selectFrom('sessions_seen')
          .select(({ fn }) => fn.max('seen_at').as('seen_at'))
          .whereRef('user_id', '=', 'users.id')
          .as('seen_at'),
      )

  return {
    async page(after, limit) {
      const rows = await listed()
        .where('username_key', '>', after ?? '')
        .orderBy('username_key')
        .limit(limit)
        .execute()
      return rows.map(toListedUser)
    },

    async count() {
      const row = await db
        .selectFrom('users')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .executeTakeFirstOrThrow()
      return row.count
    },

    async find(id) {
      const row = await listed().where('id', '=', id).executeTakeFirst()
      return row && toListedUser(row)
    },

    change: (id, { role, disabled }) =>
      changing(
        db,
        id,
        (user) => (role ?? user.role) === 'admin' && !(disabled ?? user.disabled),
        async (tx) => {
          await tx
            .updateTable('users')
            .set((eb) => ({
              ...(role !== undefined && { role }),
              ...(disabled !== undefined && { disabled: disabled ? 1 : 0 }),
              ...(disabled === true && { auth_version: eb('auth_version', '+', 1) }),
            }))
            .where('id', '=', id)
            .execute()
        },
      ),

    setPassword: (id, passwordHash) =>
      changing(db, id, isAdmin, async (tx) => {
        await tx
          .updateTable('users')
          .set((eb) => ({ password_hash: passwordHash, auth_version: eb('auth_version', '+', 1) }))
          .where('id', '=', id)
          .execute()
      }),

    remove: (id) =>
      changing(
        db,
        id,
        () => false,
        async (tx) => {
          await tx.deleteFrom('users').where('id', '=', id).execute()
        },
      ),
  }
}

interface Standing {
  readonly role: Role
  readonly disabled: boolean
}

function isAdmin({ role, disabled }: Standing): boolean {
  return role === 'admin' && !disabled
}

/** `staysAdmin`: whether the user could administer the console afterwards. */
function changing(
  db: Db,
  id: string,
  staysAdmin: (user: Standing) => boolean,
  write: (tx: Transaction<Database>) => Promise<void>,
): Promise<Refusal | undefined> {
  return db.transaction().execute(async (tx) => {
    const row = await tx
      .selectFrom('users')
      .select(['role', 'disabled'])
      .where('id', '=', id)
      .executeTakeFirst()
    if (!row) return 'not-found'
    const user = { role: row.role, disabled: row.disabled === 1 }
    if (isAdmin(user) && !staysAdmin(user) && !(await anotherAdmin(tx, id))) return 'last-administrator'
    await write(tx)
    return undefined
  })
}

async function anotherAdmin(tx: Transaction<Database>, id: string): Promise<boolean> {
  const other = await tx
    .selectFrom('users')
    .select('id')
    .where('role', '=', 'admin')
    .where('disabled', '=', 0)
    .where('id', '!=', id)
    .limit(1)
    .executeTakeFirst()
  return other !== undefined
}

type Row = Omit<UserRow, 'username_key' | 'password_hash'> & { seen_at: number | null }

function toListedUser(row: Row): ListedUser {
  const seenAt = Math.max(row.seen_at ?? 0, row.last_sign_in_at ?? 0)
  return {
    id: row.id,
    username: row.username,
    role: row.role,
    authVersion: row.auth_version,
    disabled: row.disabled === 1,
    createdAt: row.created_at,
    lastSignInAt: row.last_sign_in_at ?? undefined,
    lastSeenAt: seenAt === 0 ? undefined : seenAt,
  }
}
