import {
  infiniteQueryOptions,
  keepPreviousData,
  useMutation,
  useQueryClient,
  type QueryClient,
} from '@tanstack/react-query'
import { BanPage, IpResults, type BanSort, type IpResult } from '../../../shared/ban.ts'
import { ApiError } from '../../api/api-error.ts'
import { call, queryString } from '../../api/http.ts'
import { fetchIpReport } from '../ip/ip.queries.ts'
import { removeBan, type BanKey, type BanPages } from './ban-pages.ts'

export interface BanFilter {
  /** Beginning of an address, an address, or a network. */
  readonly q: string
  readonly jail: string
  readonly sort: BanSort
}

const PAGE_SIZE = 50

export const NEWEST_FIRST: BanSort = '-bannedAt'

export function bansQuery(filter: BanFilter) {
  return infiniteQueryOptions({
    queryKey: ['bans', filter] as const,
    queryFn: ({ pageParam, signal }) =>
      call(BanPage, 'GET', `bans${queryString({ ...filter, limit: PAGE_SIZE, cursor: pageParam })}`, {
        signal,
      }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last: BanPage) => last.nextCursor,
    placeholderData: keepPreviousData,
  })
}

/** The key of the list of bans as it is in the cache. */
export function filterOf(queryKey: readonly unknown[]): BanFilter {
  return queryKey[1] as BanFilter
}

function bansPath(host: string, jail: string): string {
  return `hosts/${encodeURIComponent(host)}/jails/${encodeURIComponent(jail)}/bans`
}

/** Every list without a ban that the server has confirmed to be gone. */
export function dropBan(client: QueryClient, key: BanKey): void {
  client.setQueriesData<BanPages>({ queryKey: ['bans'] }, (data) => data && removeBan(data, key))
}

/** After a change that may concern any list. */
function refresh(client: QueryClient): void {
  void client.invalidateQueries({ queryKey: ['bans'] })
  void client.invalidateQueries({ queryKey: ['ip'] })
  void client.invalidateQueries({ queryKey: ['session'] })
}

/**
 * One address out of one jail. Resolves once fail2ban's own list confirms it: `not-banned` where there was nothing to lift
 * any more.
 */
export function useUnban() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async (key: BanKey): Promise<'unbanned' | 'not-banned'> => {
      const path = `${bansPath(key.host, key.jail)}/${encodeURIComponent(key.ip)}`
      try {
        const { items } = await call(IpResults, 'DELETE', path)
        const refused = items.find(isRefused)
        if (refused) throw refusal(refused)
        return 'unbanned'
      } catch (error) {
        if (error instanceof ApiError && error.code === 'not-found') return 'not-banned'
        throw error
      }
    },
    onSuccess: (_outcome, key) => {
      dropBan(client, key)
      void client.invalidateQueries({ queryKey: ['ip'] })
      void client.invalidateQueries({ queryKey: ['session'] })
    },
  })
}

export interface BanOrder {
  readonly host: string
  readonly jail: string
  readonly ips: readonly string[]
  /** Bans what the guard would refuse, as the caller's own address. */
  readonly force?: boolean
}

export function useBan() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async ({ host, jail, ips, force }: BanOrder): Promise<IpResult[]> => {
      const body = { ips, ...(force === true && { force }) }
      return (await call(IpResults, 'POST', bansPath(host, jail), { body })).items
    },
    onSuccess: () => refresh(client),
  })
}

/**
 * One address or network out of every jail of every host. Resolves with the bans that were lifted, so that they can be set
 * again; empty where there were none any more.
 */
export function useUnbanEverywhere() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async (ip: string): Promise<readonly BanKey[]> => {
      const report = await fetchIpReport(ip)
      const { items } = await call(IpResults, 'POST', 'unban', { body: { ips: [ip] } })
      const refused = items.find(isRefused)
      if (refused) throw refusal(refused)
      return report.bans.filter((ban) => ban.relation === 'exact')
    },
    onSuccess: (bans) => {
      for (const ban of bans) dropBan(client, ban)
    },
    // Of several jails some may have been done before one failed.
    onSettled: () => refresh(client),
  })
}

function isRefused(result: IpResult): boolean {
  return result.outcome === 'failed' || result.outcome === 'invalid'
}

function refusal(result: IpResult): ApiError {
  return new ApiError('fail2ban-refused', result.detail ?? 'fail2ban did not confirm it.', { status: 502 })
}
