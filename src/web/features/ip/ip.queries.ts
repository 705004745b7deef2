import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { IpReport } from '../../../shared/event.ts'
import { call } from '../../api/http.ts'

export function fetchIpReport(ip: string, signal?: AbortSignal): Promise<IpReport> {
  return call(IpReport, 'GET', `ip/${encodeURIComponent(ip)}`, { signal })
}

export function ipQuery(ip: string) {
  return queryOptions({
    queryKey: ['ip', ip],
    queryFn: ({ signal }) => fetchIpReport(ip, signal),
    enabled: ip !== '',
    staleTime: 0,
    placeholderData: keepPreviousData,
  })
}
