import { useQueries, useQuery } from '@tanstack/react-query'
import { hostsQuery, jailsQuery, type HostWithJails } from '../hosts/hosts.queries.ts'

export interface KnownHosts {
  /** Undefined while they are not read. */
  readonly hosts: readonly HostWithJails[] | undefined
  readonly error: Error | null
  readonly retry: () => void
}

/** Every host with what is known of its jails. */
export function useHostsWithJails(): KnownHosts {
  const hosts = useQuery(hostsQuery)
  const jails = useQueries({ queries: (hosts.data ?? []).map((host) => jailsQuery(host.id)) })
  const failed = jails.find(({ isError, data }) => isError && data === undefined)
  return {
    hosts: hosts.data?.map((host, index) => ({ host, jails: jails[index]?.data })),
    error: hosts.data === undefined ? hosts.error : (failed?.error ?? null),
    retry() {
      void hosts.refetch()
      for (const query of jails) if (query.isError) void query.refetch()
    },
  }
}
