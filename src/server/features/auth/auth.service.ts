import type { Account, CurrentSession, SignInRequest, SetupRequest } from '../../../shared/session.ts'
import type { Actor, Caller } from '../../http/endpoint.ts'
import { AppError } from '../../lib/errors.ts'
import type { Logger } from '../../lib/logger.ts'
import type { DeviceTokens } from './device-token.ts'
import type { Passwords } from './password.ts'
import type { SetupService } from './setup.ts'
import type { SignInLimits } from './sign-in-limits.ts'
import { logFailedSignIn } from './sign-in-log.ts'
import { usernameKey, type UsersRepository } from './users.repository.ts'

export interface AuthService {
  setUp(request: SetupRequest, caller: Caller): Promise<CurrentSession>
  signIn(request: SignInRequest, caller: Caller): Promise<CurrentSession>
  current(actor: Actor, caller: Caller): Promise<CurrentSession>
}

export interface AuthDeps {
  readonly users: UsersRepository
  readonly setup: SetupService
  readonly passwords: Passwords
  readonly signInLimits: SignInLimits
  readonly devices: DeviceTokens
  /** Where an address is banned right now. */
  readonly bansOf: (address: string) => Promise<CurrentSession['bannedIn']>
  readonly log: Logger
  readonly now: () => number
}

export function createAuthService(deps: AuthDeps): AuthService {
  const { users, passwords, log } = deps

  async function welcome(user: Account & { authVersion: number }, caller: Caller): Promise<CurrentSession> {
    const bannedIn = await deps.bansOf(caller.address)
    if (!(await users.noteSignIn(user.id, deps.now()))) throw signInFailed()
    // Last of all: the cookie of a session that has begun must not end up on the answer to a failure.
    const { createdAt } = await caller.signIn(user)
    caller.setDeviceToken(deps.devices.issue(usernameKey(user.username)))
    return describe(user, caller.address, bannedIn, createdAt)
  }

  return {
    async setUp(request, caller) {
      const admin = await deps.setup.createFirstAdmin(request, caller.address)
      log.info({ user: admin.username }, 'the first administrator was created')
      return welcome(admin, caller)
    },

    async signIn({ username, password }, caller) {
      const { address, deviceToken } = caller
      const attempt = await deps.signInLimits.begin({
        accountKey: usernameKey(username),
        address,
        deviceToken,
      })
      let failed = false
      try {
        const user = await users.findByName(username)
        const genuine = await passwords.verify(password, user?.passwordHash)
        if (user && genuine && !user.disabled) return await welcome(user, caller)
        failed = true
      } finally {
        if (!failed) await attempt.giveBack()
      }
      logFailedSignIn(log, username, address)
      throw signInFailed()
    },

    async current(actor, { address }) {
      return describe(actor, address, await deps.bansOf(address), actor.sessionCreatedAt)
    },
  }
}

function signInFailed(): AppError {
  return new AppError('sign-in-failed', 'User name or password is wrong.')
}

function describe(
  { id, username, role }: Account,
  address: string,
  bannedIn: CurrentSession['bannedIn'],
  createdAt: number,
): CurrentSession {
  return { user: { id, username, role }, address, bannedIn, createdAt: new Date(createdAt).toISOString() }
}
