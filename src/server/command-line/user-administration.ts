import { userInfo } from 'node:os'
import type { Environment } from '../config.ts'
import { createPasswords } from '../features/auth/password.ts'
import { createUserAdminRepository } from '../features/auth/user-admin.repository.ts'
import {
  createUserAdminService,
  type Administrator,
  type UserAdminService,
} from '../features/auth/user-admin.service.ts'
import { createUsersRepository } from '../features/auth/users.repository.ts'
import { AppError } from '../lib/errors.ts'
import { createLogger } from '../lib/logger.ts'
import { withDatabase } from './console-database.ts'

export interface UserAdministration {
  readonly users: UserAdminService
  /** Who does it, for the audit line. */
  readonly actor: Administrator
  /** Throws where nobody is called so. */
  readonly named: (username: string) => Promise<{ readonly id: string; readonly username: string }>
  readonly anyExists: () => Promise<boolean>
  /** Of the database, for people. */
  readonly path: string
}

/**
 * The same administration of users as the console's pages have, on the database of a server that may be running. Sessions are
 * that server's: it asks the database about their user with every request, so that a new password or a disabled user ends
 * them there at once, and looks at open live streams every few seconds.
 */
export function administerUsers(
  env: Environment,
  work: (administration: UserAdministration) => Promise<number>,
): Promise<number> {
  return withDatabase(env, async ({ db, path, config }) => {
    const users = createUsersRepository(db)
    const service = createUserAdminService({
      users,
      repository: createUserAdminRepository(db),
      passwords: createPasswords(),
      sessions: { list: () => Promise.resolve([]) },
      sessionEnd: {
        one: () => Promise.resolve(),
        clearAway: () => Promise.resolve(),
        tell: () => Promise.resolve(),
      },
      log: await createLogger({ ...config.log, to: 'stderr' }),
      now: Date.now,
    })
    const named: UserAdministration['named'] = async (username) => {
      const user = await users.findByName(username)
      if (user) return user
      throw new AppError('not-found', `Nobody is called ${JSON.stringify(username)}.`, {
        nextStep: '"bangui user list" names everybody.',
      })
    }
    const actor = { id: '', username: `${operator()} (command line)` }
    return work({ users: service, actor, named, anyExists: () => users.anyExists(), path })
  })
}

/** In a container there need not be a name for the user id. */
function operator(): string {
  try {
    return userInfo().username
  } catch {
    return `user ${process.getuid?.()}`
  }
}
