import { z } from 'zod'
import type { Ban } from '../../../shared/ban.ts'
import { IpReport, type BanEvent } from '../../../shared/event.ts'
import type { IgnoreLists } from '../../../shared/host.ts'
import { addressScope, containsKey, listedIp, parseIp, type IpEntry } from '../../../shared/ip.ts'
import { endpoint, type Endpoint } from '../../http/endpoint.ts'
import { AppError } from '../../lib/errors.ts'

/** What the report is made of. */
export interface IpDeps {
  /** Bans of exactly this entry and of networks around it. */
  readonly bansCovering: (entry: IpEntry) => Promise<Ban[]>
  /** Bans of what lies inside a network, the network itself excluded. */
  readonly bansInside: (network: IpEntry, limit: number) => Promise<Ban[]>
  /** Newest first. */
  readonly eventsOf: (ip: string, limit: number) => Promise<BanEvent[]>
  /** What the running jails of each host never ban, as far as it is known. */
  readonly ignoreLists: () => ReadonlyArray<{ readonly host: string; readonly lists: IgnoreLists }>
}

const MOST_BANS = 500
const MOST_EVENTS = 100

export function ipEndpoints(deps: IpDeps): Endpoint[] {
  return [
    endpoint({
      method: 'get',
      path: '/ip/{ip}',
      tag: 'ip',
      summary: 'Everything known about one address or network',
      access: 'viewer',
      params: z.object({ ip: z.string().min(1).max(256) }),
      response: IpReport,
      handle: ({ params }) => reportOn(params.ip, deps),
    }),
  ]
}

async function reportOn(text: string, deps: IpDeps): Promise<IpReport> {
  const entry = entryOf(text)
  const [covering, inside, events] = await Promise.all([
    deps.bansCovering(entry),
    entry.kind === 'network' ? deps.bansInside(entry, MOST_BANS) : [],
    deps.eventsOf(entry.text, MOST_EVENTS),
  ])
  const related = (ban: Ban): IpReport['bans'][number] => ({
    ...ban,
    relation: ban.ip === entry.text ? 'exact' : 'contains',
  })
  const bans = [...covering.map(related), ...inside.map((ban) => ({ ...ban, relation: 'inside' as const }))]
  return {
    ip: entry.text,
    kind: entry.kind,
    scope: addressScope(entry),
    bans: bans.slice(0, MOST_BANS),
    ignoredBy: ignoringJails(entry, deps),
    events,
  }
}

function ignoringJails(entry: IpEntry, deps: IpDeps): IpReport['ignoredBy'] {
  return deps.ignoreLists().flatMap(({ host, lists }) =>
    Object.keys(lists)
      .toSorted()
      .flatMap((jail) => {
        const covers = lists[jail]?.entries.find((listed) => isCovered(entry, listed))
        return covers === undefined ? [] : [{ host, jail, entry: covers }]
      }),
  )
}

function isCovered(entry: IpEntry, listed: string): boolean {
  const network = listedIp(listed)
  return network !== undefined && containsKey(network, entry)
}

function entryOf(text: string): IpEntry {
  const parsed = parseIp(text)
  // Networks too wide to ban may be looked at all the same.
  const entry = parsed.ok ? parsed.entry : listedIp(text.trim())
  if (entry) return entry
  const detail = parsed.ok ? '' : parsed.problem
  throw new AppError('validation-failed', detail, { errors: [{ in: 'path', pointer: '/ip', detail }] })
}
