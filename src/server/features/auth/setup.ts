import { hash, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto'
import type { SetupRequest } from '../../../shared/session.ts'
import type { Db } from '../../db/database.ts'
import { addressBucket } from '../../http/client-address.ts'
import { tooMany } from '../../http/rate-limit.ts'
import { AppError } from '../../lib/errors.ts'
import type { RateLimits, Rule } from '../../state/state-provider.ts'
import { assertPassword } from './password-rule.ts'
import type { Passwords } from './password.ts'
import { beginSetupProgress } from './setup-progress.ts'
import { createUsersRepository, type UsersRepository } from './users.repository.ts'

const TOKEN_KEY = 'setup-token-sha256'
const ATTEMPTS: Rule = { name: 'setup', points: 10, windowSeconds: 600 }
const FIRST_AUTH_VERSION = 1

export interface StartupAccounts {
  /** No user exists: somebody has to create the first administrator. */
  readonly setupRequired: boolean
  /** To be printed; only at the very first start, and only when it was generated: the database holds its hash alone. */
  readonly setupToken: string | undefined
  /** Name of the administrator that was created from the settings just now. */
  readonly createdAdmin: string | undefined
}

/** Once at start, after the migrations. Any number of processes may run it at the same time. */
export async function startupAccounts(options: {
  db: Db
  passwords: Passwords
  admin: { readonly username: string; readonly password: string } | undefined
  setupToken: string | undefined
  now?: () => number
}): Promise<StartupAccounts> {
  const { db, admin, now = Date.now } = options
  if (await createUsersRepository(db).anyExists()) {
    return { setupRequired: false, setupToken: undefined, createdAdmin: undefined }
  }
  if (admin) {
    const passwordHash = await options.passwords.hash(admin.password)
    const created = await db.transaction().execute(async (tx) => {
      const users = createUsersRepository(tx)
      if (await users.anyExists()) return false
      await users.add(newAdmin(admin.username, passwordHash, now()))
      await tx.deleteFrom('settings').where('key', '=', TOKEN_KEY).execute()
      return true
    })
    return { setupRequired: false, setupToken: undefined, createdAdmin: created ? admin.username : undefined }
  }
  return {
    setupRequired: true,
    setupToken: await keepSetupToken(db, options.setupToken),
    createdAdmin: undefined,
  }
}

/** A configured token replaces the kept one; a generated one is made only where there is none, and returned. */
async function keepSetupToken(db: Db, configured: string | undefined): Promise<string | undefined> {
  const token = configured ?? randomBytes(16).toString('hex')
  const value = hash('sha256', token)
  const inserted = await db
    .insertInto('settings')
    .values({ key: TOKEN_KEY, value })
    .onConflict((conflict) =>
      configured === undefined
        ? conflict.column('key').doNothing()
        : conflict.column('key').doUpdateSet({ value }),
    )
    .executeTakeFirst()
  const isNew = inserted.numInsertedOrUpdatedRows === 1n
  return configured === undefined && isNew ? token : undefined
}

export interface SetupService {
  isRequired(): Promise<boolean>
  /** Creates the first administrator; of several at the same time exactly one succeeds. */
  createFirstAdmin(
    request: SetupRequest,
    address: string,
  ): Promise<{ id: string; username: string; role: 'admin'; authVersion: number }>
}

export function createSetupService(deps: {
  db: Db
  users: UsersRepository
  passwords: Passwords
  limits: RateLimits
  now: () => number
}): SetupService {
  const { db, users, limits } = deps

  async function checkToken(token: string): Promise<string> {
    const row = await db
      .selectFrom('settings')
      .select('value')
      .where('key', '=', TOKEN_KEY)
      .executeTakeFirst()
    const given = hash('sha256', token)
    if (row && timingSafeEqual(Buffer.from(given), Buffer.from(row.value))) return given
    throw new AppError('setup-token-wrong', 'The setup token does not match the one this console expects.')
  }

  return {
    isRequired: async () => !(await users.anyExists()),

    async createFirstAdmin({ token, username, password }, address) {
      if (await users.anyExists()) throw alreadySetUp()
      const bucket = addressBucket(address, 56)
      const verdict = await limits.consume(ATTEMPTS, bucket)
      if (!verdict.allowed) throw tooMany('Too many attempts to set up the console.', verdict)
      const tokenHash = await checkToken(token)
      await limits.refund(ATTEMPTS, bucket)
      assertPassword(password, { username, token })
      const admin = newAdmin(username, await deps.passwords.hash(password), deps.now())
      await db.transaction().execute(async (tx) => {
        // The token's row is the ticket: who deletes it is the one.
        const { numDeletedRows } = await tx
          .deleteFrom('settings')
          .where('key', '=', TOKEN_KEY)
          .where('value', '=', tokenHash)
          .executeTakeFirst()
        if (numDeletedRows !== 1n) throw alreadySetUp()
        await createUsersRepository(tx).add(admin)
        await beginSetupProgress(tx)
      })
      return { id: admin.id, username, role: 'admin', authVersion: FIRST_AUTH_VERSION }
    },
  }
}

function newAdmin(username: string, passwordHash: string, createdAt: number) {
  return { id: randomUUID(), username, role: 'admin' as const, passwordHash, createdAt }
}

function alreadySetUp(): AppError {
  return new AppError('already-set-up', 'The first administrator of this console exists already.')
}
