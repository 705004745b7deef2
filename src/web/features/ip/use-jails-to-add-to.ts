import { useQueries, useQuery } from '@tanstack/react-query'
import { hostsQuery, jailsQuery } from '../hosts/hosts.queries.ts'
import type { IpReport } from './ip.queries.ts'

/** The running jails that do not ignore it yet. */
export function useJailsToAddTo({ ignoredBy }: IpReport): string[] {
  const { data: hosts = [] } = useQuery(hostsQuery)
  const jails = useQueries({ queries: hosts.map((host) => jailsQuery(host.id)) })
  const names = hosts.flatMap((host, index) =>
    (jails[index]?.data ?? [])
      .filter((jail) => jail.state !== 'stopped')
      .filter((jail) => !ignoredBy.some((known) => known.host === host.id && known.jail === jail.name))
      .map((jail) => jail.name),
  )
  return [...new Set(names)]
}
