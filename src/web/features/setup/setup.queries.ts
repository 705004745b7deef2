import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { Probe } from '../../../shared/probe.ts'
import { CallerAddress, SetupState, type SetupStepUpdate } from '../../../shared/setup.ts'
import { ApiError } from '../../api/api-error.ts'
import { call } from '../../api/http.ts'
import { setupQuery } from '../session/session.queries.ts'

/** Lets the agent try anew; nothing that was found before counts. */
export function probeQuery(host: string) {
  return queryOptions({
    queryKey: ['probe', host],
    queryFn: ({ signal }) => call(Probe, 'POST', `hosts/${encodeURIComponent(host)}/probe`, { signal }),
    staleTime: Infinity,
    gcTime: 0,
    // Just after the start no agent may serve yet.
    retry: (failures, error) =>
      failures < 3 && error instanceof ApiError && error.code === 'fail2ban-unavailable',
  })
}

export const addressQuery = queryOptions({
  queryKey: ['setup', 'address'],
  queryFn: ({ signal }) => call(CallerAddress, 'GET', 'setup/address', { signal }),
})

/** Settles a step; the answer says which one is next. */
export function useSettle() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: SetupStepUpdate) => call(SetupState, 'PUT', 'setup/step', { body }),
    onSuccess: (state) => client.setQueryData(setupQuery.queryKey, state),
  })
}
