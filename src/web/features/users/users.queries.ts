import { infiniteQueryOptions, useMutation, useQueryClient, type QueryClient } from '@tanstack/react-query'
import type { SessionInfo } from '../../../shared/session.ts'
import { UserInfo, UserPage, type NewUser, type UserChange } from '../../../shared/user.ts'
import { call, Nothing, queryString } from '../../api/http.ts'
import { sessionQuery, sessionsQuery } from '../session/session.queries.ts'

/** Nothing tells of other people's sign-ins, so lists that are looked at are asked for again. */
export const LOOK_AGAIN_MS = 15_000

export const usersQuery = infiniteQueryOptions({
  queryKey: ['users'],
  queryFn: ({ pageParam, signal }) =>
    call(UserPage, 'GET', `users${queryString({ limit: 100, cursor: pageParam })}`, { signal }),
  initialPageParam: '',
  getNextPageParam: (last) => last.nextCursor,
  staleTime: 0,
})

const refreshUsers = (client: QueryClient) => client.invalidateQueries({ queryKey: usersQuery.queryKey })

export function useCreateUser() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: NewUser) => call(UserInfo, 'POST', 'users', { body }),
    onSuccess: () => refreshUsers(client),
  })
}

/** Also asks anew who one is: an administrator may have changed their own role. */
export function useChangeUser(id: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: UserChange) => call(UserInfo, 'PATCH', `users/${id}`, { body }),
    onSettled: () =>
      Promise.all([refreshUsers(client), client.invalidateQueries({ queryKey: sessionQuery.queryKey })]),
  })
}

export function useResetPassword(id: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (password: string) => call(Nothing, 'POST', `users/${id}/password`, { body: { password } }),
    onSettled: () => refreshUsers(client),
  })
}

export function useDeleteUser(id: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: () => call(Nothing, 'DELETE', `users/${id}`),
    onSettled: () => refreshUsers(client),
  })
}

export function useRevokeSession() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ id }: SessionInfo) => call(Nothing, 'DELETE', `sessions/${id}`),
    onSettled: () => client.invalidateQueries({ queryKey: sessionsQuery.queryKey }),
  })
}
