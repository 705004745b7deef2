import { z } from 'zod'
import {
  CurrentSession,
  PasswordChange,
  SessionInfo,
  SetupRequest,
  SetupState,
  SignInRequest,
} from '../../../shared/session.ts'
import { endpoint, type Endpoint } from '../../http/endpoint.ts'
import type { AccountService } from './account.service.ts'
import type { AuthService } from './auth.service.ts'
import type { SetupService } from './setup.ts'

const SessionId = z.object({ id: z.string().regex(/^[0-9a-f]{64}$/, 'is not the id of a session') })

export function authEndpoints(services: {
  auth: AuthService
  setup: SetupService
  account: AccountService
}): Endpoint[] {
  const { auth, setup, account } = services
  return [...setupEndpoints(auth, setup), ...sessionEndpoints(auth), ...accountEndpoints(account)]
}

function setupEndpoints(auth: AuthService, setup: SetupService): Endpoint[] {
  return [
    endpoint({
      method: 'get',
      path: '/setup',
      tag: 'setup',
      summary: 'Whether the first administrator still has to be created',
      access: 'public',
      response: SetupState,
      handle: async () => ({ required: await setup.isRequired() }),
    }),
    endpoint({
      method: 'post',
      path: '/setup',
      tag: 'setup',
      summary: 'Create the first administrator with the setup token, and sign in',
      access: 'public',
      body: SetupRequest,
      response: CurrentSession,
      status: 201,
      handle: ({ body, caller }) => auth.setUp(body, caller),
    }),
  ]
}

function sessionEndpoints(auth: AuthService): Endpoint[] {
  return [
    endpoint({
      method: 'post',
      path: '/session',
      tag: 'session',
      summary: 'Sign in',
      access: 'public',
      body: SignInRequest,
      response: CurrentSession,
      handle: ({ body, caller }) => auth.signIn(body, caller),
    }),
    endpoint({
      method: 'get',
      path: '/session',
      tag: 'session',
      summary: 'Who is signed in here',
      access: 'viewer',
      response: CurrentSession,
      handle: ({ actor, caller }) => auth.current(actor, caller),
    }),
    endpoint({
      method: 'delete',
      path: '/session',
      tag: 'session',
      summary: 'Sign out',
      access: 'viewer',
      handle: ({ caller }) => caller.signOut(),
    }),
  ]
}

function accountEndpoints(account: AccountService): Endpoint[] {
  return [
    endpoint({
      method: 'get',
      path: '/sessions',
      tag: 'session',
      summary: 'Where I am signed in',
      access: 'viewer',
      response: z.object({ items: z.array(SessionInfo) }),
      handle: async ({ actor }) => ({ items: await account.sessionsOf(actor) }),
    }),
    endpoint({
      method: 'delete',
      path: '/sessions/{id}',
      tag: 'session',
      summary: 'Sign out one of my browsers',
      access: 'viewer',
      params: SessionId,
      handle: ({ actor, params }) => account.revoke(actor, params.id),
    }),
    endpoint({
      method: 'delete',
      path: '/sessions',
      tag: 'session',
      summary: 'Sign out all of my other browsers',
      access: 'viewer',
      handle: ({ actor, caller }) => account.revokeOthers(actor, caller),
    }),
    endpoint({
      method: 'post',
      path: '/password',
      tag: 'session',
      summary: 'Change my password, which signs out all of my other browsers',
      access: 'viewer',
      body: PasswordChange,
      handle: ({ actor, body, caller }) => account.changePassword(actor, body, caller),
    }),
  ]
}
