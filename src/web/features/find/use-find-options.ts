import { plural, t } from '@lingui/core/macro'
import { useLingui } from '@lingui/react/macro'
import { useQueries, useQuery } from '@tanstack/react-query'
import { Ban, Boxes, ListFilter, MapPin, type LucideIcon } from 'lucide-react'
import { ipPath, isAddress } from '../../ui/ip-path.ts'
import { formatNumber } from '../../ui/words.ts'
import { hostsQuery, jailsQuery } from '../hosts/hosts.queries.ts'
import { jailPath } from '../jails/jail-path.ts'
import { sessionQuery } from '../session/session.queries.ts'
import { DESTINATIONS } from '../shell/navigation.ts'
import { foundBansQuery } from './find.queries.ts'

/** Something to go to. */
export interface FindOption {
  readonly to: string
  readonly label: string
  readonly note?: string | undefined
  readonly icon: LucideIcon
  /** The label is an address. */
  readonly isIp?: boolean
}

export interface FindGroup {
  readonly title: string
  readonly items: readonly FindOption[]
}

export interface Found {
  readonly groups: readonly FindGroup[]
  /** Bans are still being looked for. */
  readonly isPending: boolean
}

/** What a text that is not an address may mean. `asked` is the same a moment later: what the server is asked for. */
export function useFindOptions(text: string, asked: string): Found {
  const pages = usePages(text)
  const jails = useJails(text)
  const own = useOwnAddress(text)
  const bans = useBans(asked)
  const groups = [
    { title: t`Pages`, items: [...pages, ...own] },
    { title: t`Jails`, items: jails },
    { title: t`Active bans`, items: bans.options },
  ]
  return { groups: groups.filter((group) => group.items.length > 0), isPending: bans.isPending }
}

function usePages(text: string): FindOption[] {
  const { i18n } = useLingui()
  return DESTINATIONS.map(({ to, label, icon }) => ({ to, label: i18n._(label), icon })).filter((page) =>
    contains(page.label, text),
  )
}

function useOwnAddress(text: string): FindOption[] {
  const { data: session } = useQuery(sessionQuery)
  const { t } = useLingui()
  if (!session || text !== '') return []
  return [{ to: ipPath(session.address), label: t`Your own address`, note: session.address, icon: MapPin }]
}

function useJails(text: string): FindOption[] {
  const { data: hosts = [] } = useQuery(hostsQuery)
  const jails = useQueries({ queries: hosts.map((host) => jailsQuery(host.id)) })
  if (text === '') return []
  return hosts.flatMap((host, index) =>
    (jails[index]?.data ?? [])
      .filter((jail) => contains(jail.name, text))
      .map((jail) => ({
        to: jailPath(host.id, jail.name, hosts.length > 1),
        label: jail.name,
        note: plural(jail.currentlyBanned, { one: '# banned', other: '# banned' }),
        icon: Boxes,
      })),
  )
}

function useBans(text: string): { options: FindOption[]; isPending: boolean } {
  const { data, isLoading } = useQuery(foundBansQuery(text))
  if (!data || data.total === 0) return { options: [], isPending: isLoading }
  const ips = [...new Set(data.items.map((ban) => ban.ip))].filter(isAddress)
  const count = formatNumber(data.total)
  return {
    isPending: isLoading,
    options: [
      ...ips.map((ip) => ({
        to: ipPath(ip),
        label: ip,
        note: data.items
          .filter((ban) => ban.ip === ip)
          .map((ban) => ban.jail)
          .join(', '),
        icon: Ban,
        isIp: true,
      })),
      {
        to: `/bans?q=${encodeURIComponent(text)}`,
        label: t`Show all bans with “${text}”`,
        note: count,
        icon: ListFilter,
      },
    ],
  }
}

function contains(label: string, text: string): boolean {
  return label.toLowerCase().includes(text.toLowerCase())
}
