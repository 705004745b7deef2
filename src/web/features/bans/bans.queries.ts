import { queryOptions, useMutation, useQueryClient, type QueryClient } from '@tanstack/react-query'
import { t } from '@lingui/core/macro'
import {
  Ban,
  BanPage,
  IpResults,
  UnbanJob,
  UnbanJobs,
  UnbanResults,
  type BanKey,
  type BanSort,
  type IpResult,
  type UnbanMatching,
  type UnbanResult,
} from '../../../shared/ban.ts'
import { ApiError } from '../../api/api-error.ts'
import { apiUrl } from '../../api/base-url.ts'
import { call, queryString } from '../../api/http.ts'
import { fetchIpReport } from '../ip/ip.queries.ts'
import { withoutBan } from './ban-pages.ts'

export interface BanFilter {
  /** Part of an address or of a jail's name, or a network. */
  readonly q: string
  readonly jail: string
  readonly sort: BanSort
}

/** A list as it was when an answer carried this mark; undefined: as it is. */
export interface BanList extends BanFilter {
  readonly upTo: number | undefined
}

/** Rows of a long list that are fetched together. */
export const BLOCK_SIZE = 100
const LATEST = 20
/** Of all that is scrolled past, so much is remembered. */
const BLOCK_KEPT_MS = 60_000

export const NEWEST_FIRST: BanSort = '-bannedAt'

/** The newest bans, kept up to date. */
export const latestBansQuery = queryOptions({
  queryKey: ['bans', 'latest'],
  queryFn: ({ signal }) =>
    call(BanPage, 'GET', `bans${queryString({ sort: NEWEST_FIRST, limit: LATEST })}`, { signal }),
})

/** The rows of a list from `index` × BLOCK_SIZE on. */
export function blockQuery(list: BanList, index: number) {
  const { upTo, ...filter } = list
  return queryOptions({
    queryKey: ['bans', 'block', list, index] as const,
    queryFn: ({ signal }) =>
      call(
        BanPage,
        'GET',
        `bans${queryString({ ...filter, limit: BLOCK_SIZE, offset: index * BLOCK_SIZE, upTo })}`,
        { signal },
      ),
    gcTime: BLOCK_KEPT_MS,
    retry: (failures, error) => failures < 3 && isPassing(error),
    retryDelay: 1_000,
  })
}

function isPassing(error: Error): boolean {
  return error instanceof ApiError && [0, 429, 503].includes(error.status)
}

/** One ban with its whole reason. */
export function banQuery(key: BanKey) {
  const { host, jail, ip } = key
  return queryOptions({
    queryKey: ['ban', host, jail, ip] as const,
    queryFn: ({ signal }) => call(Ban, 'GET', banPath(key), { signal }),
  })
}

/** Where the browser gets all that match as a file. */
export function exportUrl(filter: BanFilter, format: 'csv' | 'json'): string {
  return apiUrl(`bans/export${queryString({ ...filter, format })}`)
}

function bansPath(host: string, jail: string): string {
  return `hosts/${encodeURIComponent(host)}/jails/${encodeURIComponent(jail)}/bans`
}

function banPath({ host, jail, ip }: BanKey): string {
  return `${bansPath(host, jail)}/${encodeURIComponent(ip)}`
}

/** Every list without a ban that the server has confirmed to be gone. */
export function dropBan(client: QueryClient, key: BanKey): void {
  for (const kind of ['block', 'latest']) {
    client.setQueriesData<BanPage>({ queryKey: ['bans', kind] }, (page) => page && withoutBan(page, key))
  }
}

/** After a change that may concern any list. */
function refresh(client: QueryClient): void {
  void client.invalidateQueries({ queryKey: ['bans'] })
  refreshAddresses(client)
}

function refreshAddresses(client: QueryClient): void {
  for (const queryKey of [['ip'], ['session']]) void client.invalidateQueries({ queryKey })
}

/**
 * One address out of one jail. Resolves once fail2ban's own list confirms it: `not-banned` where there was nothing to lift
 * any more.
 */
export function useUnban() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async (key: BanKey): Promise<'unbanned' | 'not-banned'> => {
      try {
        const { items } = await call(IpResults, 'DELETE', banPath(key))
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
      refreshAddresses(client)
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

/** So many at a time: that is what the server takes. */
const MOST_SELECTED = 500

/** Several bans of any jails. Resolves with what became of each, and calls `onPart` as parts of them are done. */
export function useUnbanSelected() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async (bans: readonly BanKey[]): Promise<UnbanResult[]> => {
      const results: UnbanResult[] = []
      for (let from = 0; from < bans.length; from += MOST_SELECTED) {
        const items = bans.slice(from, from + MOST_SELECTED).map(({ host, jail, ip }) => ({ host, jail, ip }))
        const answer = await call(UnbanResults, 'POST', 'bans/unban', { body: { items } })
        for (const result of answer.items) if (result.outcome !== 'failed') dropBan(client, result)
        results.push(...answer.items)
      }
      return results
    },
    onSettled: () => refreshAddresses(client),
  })
}

/** How often to look how far an order is, and whether somebody has given one. */
const RUNNING_MS = 1_000
const IDLE_MS = 15_000

export const unbanJobsQuery = queryOptions({
  queryKey: ['unban-jobs'],
  queryFn: async ({ signal }) => (await call(UnbanJobs, 'GET', 'bans/unban-matching', { signal })).items,
  staleTime: 0,
  refetchInterval: ({ state }) => (state.data?.some(isUnderWay) ? RUNNING_MS : IDLE_MS),
})

export function isUnderWay(job: UnbanJob): boolean {
  return job.finishedAt === undefined
}

/** Everything that matches, in the background. */
export function useUnbanMatching() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: UnbanMatching) => call(UnbanJob, 'POST', 'bans/unban-matching', { body }),
    onSuccess: (job) => {
      client.setQueryData(unbanJobsQuery.queryKey, (jobs = []) => [job, ...jobs])
      void client.invalidateQueries({ queryKey: unbanJobsQuery.queryKey })
    },
  })
}

export function useCancelUnban() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (id: string) => call(UnbanJob, 'DELETE', `bans/unban-matching/${encodeURIComponent(id)}`),
    onSettled: () => void client.invalidateQueries({ queryKey: unbanJobsQuery.queryKey }),
  })
}

function isRefused(result: IpResult): boolean {
  return result.outcome === 'failed' || result.outcome === 'invalid'
}

function refusal(result: IpResult): ApiError {
  return new ApiError('fail2ban-refused', result.detail ?? t`fail2ban did not confirm it.`, { status: 502 })
}
