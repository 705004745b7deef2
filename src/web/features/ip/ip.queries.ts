import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { IpReport } from '../../../shared/event.ts'
import { call } from '../../api/http.ts'

export type { IpReport }
export type ReportedBan = IpReport['bans'][number]

export function fetchIpReport(ip: string, signal?: AbortSignal): Promise<IpReport> {
  return call(IpReport, 'GET', `ip/${encodeURIComponent(ip)}`, { signal })
}

/** What is known of an address or network in whatever spelling; asks nothing for an empty text. */
export function ipQuery(ip: string) {
  return queryOptions({
    queryKey: ['ip', ip],
    queryFn: ({ signal }) => fetchIpReport(ip, signal),
    enabled: ip !== '',
    staleTime: 0,
    placeholderData: keepPreviousData,
  })
}
