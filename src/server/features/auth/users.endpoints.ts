import { z } from 'zod'
import { NewUser, PasswordReset, UserChange, UserInfo, UserPage } from '../../../shared/user.ts'
import { endpoint, type Endpoint } from '../../http/endpoint.ts'
import type { UserAdminService } from './user-admin.service.ts'

const UserId = z.object({ id: z.string().min(1).max(64) })

const Query = z.strictObject({
  limit: z.union([z.literal(''), z.coerce.number().int().min(1).max(500)]).optional(),
  cursor: z
    .string()
    .max(1_000)
    .regex(/^[\w-]*$/, 'is not a cursor of this list')
    .optional(),
})

export function usersEndpoints(users: UserAdminService): Endpoint[] {
  return [...listing(users), ...changes(users)]
}

function listing(users: UserAdminService): Endpoint[] {
  return [
    endpoint({
      method: 'get',
      path: '/users',
      tag: 'user',
      summary: 'Everybody who may sign in, in the order of their names, a page at a time',
      access: 'admin',
      query: Query,
      response: UserPage,
      handle: ({ query }) => users.list({ limit: query.limit || 100, cursor: query.cursor || undefined }),
    }),
    endpoint({
      method: 'post',
      path: '/users',
      tag: 'user',
      summary: 'Create a user with a role and a first password',
      access: 'admin',
      body: NewUser,
      response: UserInfo,
      status: 201,
      handle: ({ actor, body }) => users.create(actor, body),
    }),
  ]
}

function changes(users: UserAdminService): Endpoint[] {
  return [
    endpoint({
      method: 'patch',
      path: '/users/{id}',
      tag: 'user',
      summary: 'Change the role of a user, which counts from the next request on, or disable or enable one',
      access: 'admin',
      params: UserId,
      body: UserChange,
      response: UserInfo,
      handle: ({ actor, params, body }) => users.change(actor, params.id, body),
    }),
    endpoint({
      method: 'delete',
      path: '/users/{id}',
      tag: 'user',
      summary: 'Delete a user, who is signed out everywhere',
      access: 'admin',
      params: UserId,
      handle: ({ actor, params }) => users.remove(actor, params.id),
    }),
    endpoint({
      method: 'post',
      path: '/users/{id}/password',
      tag: 'user',
      summary: 'Give a user a new password, who is signed out everywhere',
      access: 'admin',
      params: UserId,
      body: PasswordReset,
      handle: ({ actor, params, body }) => users.resetPassword(actor, params.id, body.password),
    }),
  ]
}
