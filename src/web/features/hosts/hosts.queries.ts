import { queryOptions } from '@tanstack/react-query'
import * as z from 'zod/mini'
import { Host } from '../../../shared/host.ts'
import { Jail } from '../../../shared/jail.ts'
import { call } from '../../api/http.ts'

const Hosts = z.object({ items: z.array(Host) })
const Jails = z.object({ items: z.array(Jail) })

export const hostsQuery = queryOptions({
  queryKey: ['hosts'],
  queryFn: async ({ signal }) => (await call(Hosts, 'GET', 'hosts', { signal })).items,
})

export function jailsQuery(host: string) {
  return queryOptions({
    queryKey: ['jails', host],
    queryFn: async ({ signal }) =>
      (await call(Jails, 'GET', `hosts/${encodeURIComponent(host)}/jails`, { signal })).items,
  })
}

/** A machine and what is known of its jails: nothing while they have not been read yet. */
export interface HostWithJails {
  readonly host: Host
  readonly jails: readonly Jail[] | undefined
}
