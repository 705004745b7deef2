import type { Db } from '../../db/database.ts'
import type { UserRow } from '../../db/schema.ts'
import type { SessionUser } from '../../http/admit.ts'

export interface UserWithPassword extends SessionUser {
  readonly passwordHash: string
}

export interface NewUser {
  readonly id: string
  readonly username: string
  readonly role: UserRow['role']
  readonly passwordHash: string
  readonly createdAt: number
}

export interface UsersRepository {
  /** Asked on every request, hence compiled once. */
  findById(id: string): Promise<SessionUser | undefined>
  findByName(username: string): Promise<UserWithPassword | undefined>
  passwordHashOf(id: string): Promise<string | undefined>
  anyExists(): Promise<boolean>
  /** False, and nothing done, where the name is taken. */
  add(user: NewUser): Promise<boolean>
  /** False: the user is gone. */
  noteSignIn(id: string, at: number): Promise<boolean>
  /** Signs the user out everywhere; resolves with the new version. */
  raiseAuthVersion(id: string): Promise<number | undefined>
  /** The same with a new password. Undefined: the user has changed since `seenVersion`, and stays as they are. */
  changePassword(id: string, seenVersion: number, passwordHash: string): Promise<number | undefined>
}

/** Under which a user is found: capitals and the ways to write one letter make no difference. */
export function usernameKey(username: string): string {
  return username.trim().normalize('NFKC').toLowerCase()
}

export function createUsersRepository(db: Db): UsersRepository {
  const columns = ['id', 'username', 'role', 'auth_version', 'disabled'] as const
  const byId = db.selectFrom('users').select(columns).where('id', '=', '').compile()

  return {
    async findById(id) {
      const { rows } = await db.executeQuery<Row>({ ...byId, parameters: [id] })
      return rows[0] && toSessionUser(rows[0])
    },
    async findByName(username) {
      const row = await db
        .selectFrom('users')
        .select([...columns, 'password_hash'])
        .where('username_key', '=', usernameKey(username))
        .executeTakeFirst()
      return row && { ...toSessionUser(row), passwordHash: row.password_hash }
    },
    async passwordHashOf(id) {
      const row = await db.selectFrom('users').select('password_hash').where('id', '=', id).executeTakeFirst()
      return row?.password_hash
    },
    async anyExists() {
      return (await db.selectFrom('users').select('id').limit(1).executeTakeFirst()) !== undefined
    },
    async add(user) {
      const { passwordHash, createdAt, ...rest } = user
      const { numInsertedOrUpdatedRows } = await db
        .insertInto('users')
        .values({
          ...rest,
          username_key: usernameKey(user.username),
          password_hash: passwordHash,
          auth_version: 1,
          disabled: 0,
          created_at: createdAt,
        })
        .onConflict((conflict) => conflict.column('username_key').doNothing())
        .executeTakeFirst()
      return numInsertedOrUpdatedRows === 1n
    },
    async noteSignIn(id, at) {
      const { numUpdatedRows } = await db
        .updateTable('users')
        .set({ last_sign_in_at: at })
        .where('id', '=', id)
        .executeTakeFirst()
      return numUpdatedRows === 1n
    },
    async raiseAuthVersion(id) {
      const row = await db
        .updateTable('users')
        .set((eb) => ({ auth_version: eb('auth_version', '+', 1) }))
        .where('id', '=', id)
        .returning('auth_version')
        .executeTakeFirst()
      return row?.auth_version
    },
    async changePassword(id, seenVersion, passwordHash) {
      const row = await db
        .updateTable('users')
        .set({ password_hash: passwordHash, auth_version: seenVersion + 1 })
        .where('id', '=', id)
        .where('auth_version', '=', seenVersion)
        .returning('auth_version')
        .executeTakeFirst()
      return row?.auth_version
    },
  }
}

type Row = Pick<UserRow, 'id' | 'username' | 'role' | 'auth_version' | 'disabled'>

function toSessionUser(row: Row): SessionUser {
  return {
    id: row.id,
    username: row.username,
    role: row.role,
    authVersion: row.auth_version,
    disabled: row.disabled === 1,
  }
}
