import type { Db } from '../../db/database.ts'
import type { SessionUser } from '../../http/admit.ts'
import type { Secrets } from '../../http/cookies.ts'
import type { Endpoint } from '../../http/endpoint.ts'
import type { Logger } from '../../lib/logger.ts'
import type { StateProvider } from '../../state/state-provider.ts'
import { createAccountService } from './account.service.ts'
import { authEndpoints } from './auth.endpoints.ts'
import { createAuthService, type AuthDeps } from './auth.service.ts'
import { createDeviceTokens } from './device-token.ts'
import type { Passwords } from './password.ts'
import { createSessionEnd } from './session-end.ts'
import { createSessionsSeen, type SessionsSeen } from './sessions-seen.ts'
import { setupEndpoints } from './setup.endpoints.ts'
import { createSetupProgress } from './setup-progress.ts'
import { createSetupService } from './setup.ts'
import { createSignInLimits } from './sign-in-limits.ts'
import { createUserAdminRepository } from './user-admin.repository.ts'
import { createUserAdminService } from './user-admin.service.ts'
import { usersEndpoints } from './users.endpoints.ts'
import { createUsersRepository } from './users.repository.ts'

export interface AuthFeature {
  readonly endpoints: Endpoint[]
  /** For `admit`. */
  readonly findUser: (id: string) => Promise<SessionUser | undefined>
  /** To be told of whoever is admitted. */
  readonly noteSeen: SessionsSeen['note']
}

/** Puts the parts of signing in together. */
export function createAuthFeature(deps: {
  db: Db
  state: Pick<StateProvider, 'sessions' | 'limits' | 'bus'>
  secrets: Secrets
  passwords: Passwords
  bansOf: AuthDeps['bansOf']
  log: Logger
  now?: () => number
}): AuthFeature {
  const { db, state, secrets, passwords, bansOf, log, now = Date.now } = deps
  const { limits, sessions, bus } = state
  const users = createUsersRepository(db)
  const devices = createDeviceTokens(secrets)
  const signInLimits = createSignInLimits({ limits, secrets, devices, log, now })
  const setup = createSetupService({ db, users, passwords, limits, now })
  const auth = createAuthService({ users, setup, passwords, signInLimits, devices, bansOf, log, now })
  const seen = createSessionsSeen({ db, log, now })
  const sessionEnd = createSessionEnd({ sessions, bus, log })
  const account = createAccountService({ users, passwords, sessions, sessionEnd, seen, signInLimits, log })
  const repository = createUserAdminRepository(db)
  const userAdmin = createUserAdminService({ users, repository, passwords, sessions, sessionEnd, log, now })
  return {
    endpoints: [
      ...authEndpoints({ auth, account }),
      ...setupEndpoints({ auth, setup, progress: createSetupProgress(db) }),
      ...usersEndpoints(userAdmin),
    ],
    findUser: (id) => users.findById(id),
    noteSeen: (session) => seen.note(session),
  }
}
