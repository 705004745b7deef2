import type { LiftedBans } from '../../shared/allow.ts'
import type { IpResult } from '../../shared/ban.ts'
import type { Command } from '../../shared/command.ts'
import { listedIp, parseIp } from '../../shared/ip.ts'
import type { Fail2banClient } from '../fail2ban/fail2ban-client.ts'
import type { BanFeed } from './ban-feed.ts'
import { noSuchJail, Refusal } from './command-replies.ts'

export type BanCommand = Extract<Command, { kind: 'ban' | 'unban' | 'unbanEverywhere' }>

export interface BanCommandsDeps {
  readonly client: Pick<Fail2banClient, 'jailNames' | 'bannedIn' | 'areBanned' | 'ban' | 'unban'>
  readonly feed: Pick<BanFeed, 'lifted' | 'isTracked'>
  readonly now: () => number
}

/** fail2ban looks through its whole list for each address asked about: beyond these, the list itself is cheaper. */
const FEW = 3
/** One round of lifting all bans of a jail: each takes fail2ban some milliseconds, and nobody waits for an answer that long. */
const ROUND_MS = 8_000
const SLICE = 200

/** Bans and lifts, and reports on each address what fail2ban's own list then says. `touch` is called before the first change. */
export function createBanCommands(deps: BanCommandsDeps) {
  const { client } = deps
  return async (command: BanCommand, touch: () => void): Promise<IpResult[]> => {
    const jails = await client.jailNames()
    if (command.kind !== 'unbanEverywhere' && !jails.includes(command.jail)) throw noSuchJail(command.jail)
    if (command.kind === 'ban') return ban(deps, command.jail, command.ips, touch)
    const ips = [...new Set(command.ips.map((text) => listedIp(text)?.text ?? text))]
    if (command.kind === 'unban') return liftBans(deps, command.jail, ips, touch)
    const results: IpResult[] = []
    for (const jail of jails) results.push(...(await liftBans(deps, jail, ips, touch)))
    const byIp = Map.groupBy(results, (result) => result.ip)
    return ips.map((ip) => overall(ip, byIp.get(ip) ?? []))
  }
}

async function ban(
  { client, feed }: BanCommandsDeps,
  jail: string,
  texts: readonly string[],
  touch: () => void,
): Promise<IpResult[]> {
  const entries = texts.map((text) => ({ text, parsed: parseIp(text) }))
  const ips = [...new Set(entries.flatMap(({ parsed }) => (parsed.ok ? parsed.entry.text : [])))]
  const tracked = new Set(ips.filter((ip) => feed.isTracked(jail, ip)))
  if (ips.length > 0) touch()
  const count = await client.ban(jail, ips)
  const listed = await listedAmong(client, jail, ips)
  const isOld = (ip: string): boolean => count < ips.length && (count === 0 || tracked.has(ip))
  return entries.map(({ text, parsed }): IpResult => {
    if (!parsed.ok) return { ip: text, outcome: 'invalid', detail: parsed.problem }
    const ip = parsed.entry.text
    if (listed.has(ip)) return { ip, outcome: isOld(ip) ? 'already-banned' : 'banned', jails: [jail] }
    return { ip, outcome: 'failed', detail: `fail2ban took the command, but does not list it in ${jail}.` }
  })
}

/** Lifts those of the entries that exactly so are banned in the jail. */
export async function liftBans(
  { client, feed }: Pick<BanCommandsDeps, 'client' | 'feed'>,
  jail: string,
  entries: readonly string[],
  touch: () => void,
): Promise<IpResult[]> {
  // What is no address is asked about only where it is known to be an entry: fail2ban might take it for a host name.
  const askable = entries.filter((entry) => listedIp(entry) !== undefined || feed.isTracked(jail, entry))
  const before = await listedAmong(client, jail, askable)
  const banned = [...before]
  if (banned.length > 0) {
    touch()
    await client.unban(jail, banned)
  }
  const after = await listedAmong(client, jail, banned)
  feed.lifted(
    jail,
    banned.filter((entry) => !after.has(entry)),
  )
  return entries.map((ip): IpResult => {
    if (!before.has(ip)) return { ip, outcome: 'not-banned' }
    if (!after.has(ip)) return { ip, outcome: 'unbanned', jails: [jail] }
    return { ip, outcome: 'failed', detail: `fail2ban still lists it in ${jail}.` }
  })
}

/**
 * Lifts all bans of a jail, as many as fit into a round. fail2ban has no command for one jail alone that leaves the jail as it
 * is, so they are named one by one.
 */
export async function unbanJail(
  { client, feed, now }: BanCommandsDeps,
  jail: string,
  touch: () => void,
): Promise<LiftedBans> {
  if (!(await client.jailNames()).includes(jail)) throw noSuchJail(jail)
  const endsAt = now() + ROUND_MS
  const before = await client.bannedIn(jail)
  for (let from = 0; from < before.length && now() < endsAt; from += SLICE) {
    touch()
    await client.unban(jail, before.slice(from, from + SLICE))
  }
  const left = new Set(await client.bannedIn(jail))
  const lifted = before.filter((entry) => !left.has(entry))
  feed.lifted(jail, lifted)
  if (before.length > 0 && lifted.length === 0) {
    throw new Refusal('fail2ban-refused', `fail2ban took the commands, but still lists all bans of ${jail}.`)
  }
  return { unbanned: lifted.length, remaining: left.size }
}

/** Those that exactly so are banned in the jail. */
async function listedAmong(
  client: BanCommandsDeps['client'],
  jail: string,
  entries: readonly string[],
): Promise<ReadonlySet<string>> {
  if (entries.length === 0) return new Set()
  if (entries.length <= FEW) {
    const verdicts = await client.areBanned(jail, entries)
    return new Set(entries.filter((_, index) => verdicts[index]))
  }
  const all = new Set(await client.bannedIn(jail))
  return new Set(entries.filter((entry) => all.has(entry)))
}

/** What became of one address over all jails. */
function overall(ip: string, results: readonly IpResult[]): IpResult {
  const jails = results.flatMap((result) => (result.outcome === 'unbanned' ? (result.jails ?? []) : []))
  const failed = results.find((result) => result.outcome === 'failed')
  if (failed) return { ...failed, ...(jails.length > 0 && { jails }) }
  return jails.length > 0 ? { ip, outcome: 'unbanned', jails } : { ip, outcome: 'not-banned' }
}
