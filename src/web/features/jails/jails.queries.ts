import {
  keepPreviousData,
  queryOptions,
  useMutation,
  useMutationState,
  useQueryClient,
  type QueryClient,
} from '@tanstack/react-query'
import { IgnoreResults, LiftedBans, type IgnoreResult } from '../../../shared/allow.ts'
import { BanPage } from '../../../shared/ban.ts'
import { JailDetail, type Jail, type JailSettingName, type JailState } from '../../../shared/jail.ts'
import { call, queryString } from '../../api/http.ts'
import { jailsQuery } from '../hosts/hosts.queries.ts'

export interface JailKey {
  readonly host: string
  readonly jail: string
}

function pathOf({ host, jail }: JailKey): string {
  return `hosts/${encodeURIComponent(host)}/jails/${encodeURIComponent(jail)}`
}

const DETAIL_MS = 15_000

/** Everything about one jail. Read again when what events tell of it changes, and now and then for the rest. */
export function jailQuery(key: JailKey, live: Jail | undefined) {
  const { state, bantimeSeconds, findtimeSeconds, maxretry, missingSources } = live ?? {}
  const told = { state, bantimeSeconds, findtimeSeconds, maxretry, missingSources }
  return queryOptions({
    queryKey: ['jail', key.host, key.jail, told] as const,
    queryFn: ({ signal }) => call(JailDetail, 'GET', pathOf(key), { signal }),
    placeholderData: keepPreviousData,
    refetchInterval: DETAIL_MS,
    enabled: live !== undefined,
  })
}

const RECENT = 10

/** The newest bans of one jail. Read again when its counters change. */
export function recentBansQuery({ host, jail }: JailKey, live: Jail | undefined) {
  return queryOptions({
    queryKey: ['jail-bans', host, jail, live?.totalBanned, live?.currentlyBanned] as const,
    queryFn: ({ signal }) =>
      call(BanPage, 'GET', `bans${queryString({ host, jail, sort: '-bannedAt', limit: RECENT })}`, {
        signal,
      }),
    placeholderData: keepPreviousData,
    gcTime: 10_000,
    enabled: live !== undefined,
  })
}

export type JailAction = 'start' | 'stop' | 'restart' | 'reload' | 'idle' | 'resume' | 'unban-all'

const STATE_AFTER: Readonly<Record<Exclude<JailAction, 'unban-all'>, JailState>> = {
  start: 'active',
  stop: 'stopped',
  restart: 'active',
  reload: 'active',
  idle: 'idle',
  resume: 'active',
}

function actionKey({ host, jail }: JailKey) {
  return ['jail-action', host, jail] as const
}

/** What became of an action: how many bans it lifted, where it lifts any. */
export interface ActionOutcome {
  readonly lifted: number
}

/**
 * Does something to a jail. Resolves once the events show it, so that what is pending is over when the screen says so; what
 * is pending is known to every place that shows the jail, through `usePendingAction`.
 */
export function useJailAction(key: JailKey, onProgress?: (lifted: number) => void) {
  const client = useQueryClient()
  return useMutation({
    mutationKey: actionKey(key),
    mutationFn: async (action: JailAction): Promise<ActionOutcome> => {
      if (action === 'unban-all') return { lifted: await unbanAll(key, onProgress) }
      const before = jailIn(client, key)?.currentlyBanned ?? 0
      await call(JailDetail, 'POST', `${pathOf(key)}/${action}`)
      await untilShown(client, key, (jail) => jail?.state === STATE_AFTER[action])
      return { lifted: action === 'stop' || action === 'restart' ? before : 0 }
    },
    onSettled: () => {
      for (const name of ['bans', 'jail', 'jail-bans', 'session', 'ip']) {
        void client.invalidateQueries({ queryKey: [name] })
      }
    },
  })
}

/** What is being done to the jail at this moment, from wherever it was asked for. */
export function usePendingAction(key: JailKey): JailAction | undefined {
  const pending = useMutationState({
    filters: { mutationKey: actionKey(key), status: 'pending' },
    select: (mutation) => mutation.state.variables as JailAction,
  })
  return pending.at(-1)
}

/** The server lifts as many as it can in some seconds; the rest is asked for again. */
async function unbanAll(key: JailKey, onProgress: ((lifted: number) => void) | undefined): Promise<number> {
  let lifted = 0
  for (;;) {
    const round = await call(LiftedBans, 'POST', `${pathOf(key)}/unban-all`)
    lifted += round.unbanned
    onProgress?.(lifted)
    if (round.remaining === 0 || round.unbanned === 0) return lifted
  }
}

function jailIn(client: QueryClient, { host, jail }: JailKey): Jail | undefined {
  return client.getQueryData(jailsQuery(host).queryKey)?.find(({ name }) => name === jail)
}

const SHOWN_MS = 3_000

/** Events bring what the server has done within a moment; if they do not, it is asked. */
async function untilShown(
  client: QueryClient,
  key: JailKey,
  isShown: (jail: Jail | undefined) => boolean,
): Promise<void> {
  if (isShown(jailIn(client, key))) return
  const { promise, resolve } = Promise.withResolvers<void>()
  const stop = client.getQueryCache().subscribe(() => {
    if (isShown(jailIn(client, key))) resolve()
  })
  const timer = setTimeout(resolve, SHOWN_MS)
  await promise
  clearTimeout(timer)
  stop()
  if (!isShown(jailIn(client, key))) await client.refetchQueries({ queryKey: jailsQuery(key.host).queryKey })
}

export type SettingsChange = Partial<Record<JailSettingName, number>>

/** Changes the running jail, until its next reload. Resolves once fail2ban itself says so. */
export function useChangeSettings(key: JailKey) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async (change: SettingsChange): Promise<JailDetail> => {
      const detail = await call(JailDetail, 'PATCH', pathOf(key), { body: change })
      const names = Object.keys(change) as JailSettingName[]
      await untilShown(client, key, (jail) => names.every((name) => jail?.[name] === change[name]))
      return detail
    },
    // Of several settings some may have been changed before one was refused.
    onSettled: () => client.invalidateQueries({ queryKey: ['jail', key.host, key.jail] }),
  })
}

/** Adds to what the jail never bans, until its next reload; resolves with what became of each. */
export function useIgnore(key: JailKey) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async (ips: readonly string[]): Promise<IgnoreResult[]> =>
      (await call(IgnoreResults, 'POST', `${pathOf(key)}/ignoreip`, { body: { ips } })).items,
    onSettled: () => refreshIgnored(client, key),
  })
}

export function useStopIgnoring(key: JailKey) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async (ip: string): Promise<IgnoreResult[]> =>
      (await call(IgnoreResults, 'DELETE', `${pathOf(key)}/ignoreip/${encodeURIComponent(ip)}`)).items,
    onSettled: () => refreshIgnored(client, key),
  })
}

async function refreshIgnored(client: QueryClient, { host, jail }: JailKey): Promise<void> {
  void client.invalidateQueries({ queryKey: ['ip'] })
  await client.invalidateQueries({ queryKey: ['jail', host, jail] })
}
