import { z } from 'zod'
import { CurrentSession, PasswordChange, SessionInfo, SignInRequest } from '../../../shared/session.ts'
import { endpoint, type Endpoint } from '../../http/endpoint.ts'
import type { AccountService } from './account.service.ts'
import type { AuthService } from './auth.service.ts'

const SessionId = z.object({ id: z.string().regex(/^[0-9a-f]{64}$/, 'is not the id of a session') })

export function authEndpoints(services: { auth: AuthService; account: AccountService }): Endpoint[] {
  const { auth, account } = services
  return [...sessionEndpoints(auth), ...accountEndpoints(account)]
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
