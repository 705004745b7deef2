import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import * as z from 'zod/mini'
import {
  CurrentSession,
  SessionInfo,
  type PasswordChange,
  type SetupRequest,
  type SignInRequest,
} from '../../../shared/session.ts'
import { SetupState } from '../../../shared/setup.ts'
import { call, Nothing } from '../../api/http.ts'

const Sessions = z.object({ items: z.array(SessionInfo) })

export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: ({ signal }) => call(CurrentSession, 'GET', 'session', { signal }),
})

export const setupQuery = queryOptions({
  queryKey: ['setup'],
  queryFn: ({ signal }) => call(SetupState, 'GET', 'setup', { signal }),
  staleTime: 0,
})

export const sessionsQuery = queryOptions({
  queryKey: ['sessions'],
  queryFn: ({ signal }) => call(Sessions, 'GET', 'sessions', { signal }),
  staleTime: 0,
})

export function useSignIn() {
  return useMutation({
    mutationFn: (body: SignInRequest) => call(CurrentSession, 'POST', 'session', { body }),
  })
}

/** Creates the first administrator, who is then signed in. */
export function useSetup() {
  return useMutation({
    mutationFn: (body: SetupRequest) => call(CurrentSession, 'POST', 'setup', { body }),
  })
}

export function useSignOut() {
  return useMutation({ mutationFn: () => call(Nothing, 'DELETE', 'session') })
}

export function useSignOutOthers() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: () => call(Nothing, 'DELETE', 'sessions'),
    onSettled: () => client.invalidateQueries({ queryKey: sessionsQuery.queryKey }),
  })
}

/** Signs out all other browsers. */
export function useChangePassword() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: PasswordChange) => call(Nothing, 'POST', 'password', { body }),
    onSuccess: () => client.invalidateQueries({ queryKey: sessionsQuery.queryKey }),
  })
}
