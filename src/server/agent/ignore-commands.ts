import type { HostAllowResult, IgnoreResult } from '../../shared/allow.ts'
import type { Command } from '../../shared/command.ts'
import { containsKey, listedIp, parseIgnoreip, type IpEntry } from '../../shared/ip.ts'
import { Fail2banRefused, type Fail2banClient } from '../fail2ban/fail2ban-client.ts'
import { liftBans, type BanCommandsDeps } from './ban-commands.ts'
import { noSuchJail, Refusal } from './command-replies.ts'
import type { HostReport } from './host-report.ts'

export type IgnoreCommand = Extract<Command, { kind: 'addIgnoreip' | 'removeIgnoreip' }>
export type AllowCommand = Extract<Command, { kind: 'allowEverywhere' }>

export interface IgnoreCommandsDeps {
  readonly client: Pick<Fail2banClient, 'jailNames' | 'ignoreip' | 'addIgnoreip' | 'removeIgnoreip'> &
    BanCommandsDeps['client']
  readonly feed: BanCommandsDeps['feed']
  readonly report: Pick<HostReport, 'setIgnored'>
}

/** Changes what a running jail never bans, and reports on each entry what fail2ban's own list then says. */
export function createIgnoreCommands(deps: IgnoreCommandsDeps) {
  return {
    async change(command: IgnoreCommand, touch: () => void): Promise<IgnoreResult[]> {
      const { kind, jail, ips } = command
      if (!(await deps.client.jailNames()).includes(jail)) throw noSuchJail(jail)
      if (kind === 'removeIgnoreip') return remove(deps, jail, ips, touch)
      return add(deps, jail, ips.map(ignorable), touch)
    },

    /** In every running jail. What one of them refuses does not keep the others from it. */
    async allowEverywhere({ ips, unban }: AllowCommand, touch: () => void): Promise<HostAllowResult[]> {
      const entries = ips.map(ignorable)
      const results = entries.map((entry) => ({
        entry,
        result: { ip: entry.text, addedTo: [], listedIn: [], failedIn: [], unbanned: [] } as Collected,
      }))
      for (const jail of await deps.client.jailNames()) {
        const added = await add(deps, jail, entries, touch)
        const lifted = unban ? await liftCovered(deps, jail, entries, touch) : []
        for (const [index, { entry, result }] of results.entries()) {
          collect(result, jail, added[index])
          result.unbanned.push(...lifted.filter((ip) => covers(entry, ip)).map((ip) => ({ jail, ip })))
        }
      }
      return results.map(({ result }) => result)
    },
  }
}

type Collected = { -readonly [K in keyof HostAllowResult]: HostAllowResult[K] }

function collect(result: Collected, jail: string, added: IgnoreResult | undefined): void {
  if (added?.outcome === 'added') result.addedTo.push(jail)
  else if (added?.outcome === 'already-listed') result.listedIn.push(jail)
  else result.failedIn.push({ jail, detail: added?.detail ?? 'fail2ban did not confirm it.' })
}

async function add(
  { client, report }: IgnoreCommandsDeps,
  jail: string,
  entries: readonly IpEntry[],
  touch: () => void,
): Promise<IgnoreResult[]> {
  const before = await client.ignoreip(jail)
  const fresh = entries.filter((entry) => !isIn(before.entries, entry))
  if (fresh.length === 0) return entries.map(({ text }) => ({ ip: text, outcome: 'already-listed' }))
  touch()
  const refusal = await refusalOf(client.addIgnoreip(jail, [...new Set(fresh.map(({ text }) => text))]))
  const after = await client.ignoreip(jail)
  report.setIgnored(jail, after)
  return entries.map((entry): IgnoreResult => {
    const ip = entry.text
    if (!fresh.includes(entry)) return { ip, outcome: 'already-listed' }
    if (after.entries.includes(ip)) return { ip, outcome: 'added' }
    return { ip, outcome: 'failed', detail: refusal ?? `fail2ban does not list it in ${jail}.` }
  })
}

async function remove(
  { client, report }: IgnoreCommandsDeps,
  jail: string,
  texts: readonly string[],
  touch: () => void,
): Promise<IgnoreResult[]> {
  const before = await client.ignoreip(jail)
  const named = texts.map((text) => ({ text, listed: listedAs(text, before.entries) }))
  const listed = new Set(named.flatMap((entry) => entry.listed ?? []))
  if (listed.size === 0) return texts.map((ip) => ({ ip, outcome: 'not-listed' }))
  touch()
  const refusal = await refusalOf(client.removeIgnoreip(jail, [...listed]))
  const after = await client.ignoreip(jail)
  report.setIgnored(jail, after)
  return named.map(({ text, listed: ip }): IgnoreResult => {
    if (ip === undefined) return { ip: text, outcome: 'not-listed' }
    if (!after.entries.includes(ip)) return { ip, outcome: 'removed' }
    return { ip, outcome: 'failed', detail: refusal ?? `fail2ban still lists it in ${jail}.` }
  })
}

/** Bans of the entries themselves, and of what lies inside those that are networks. */
async function liftCovered(
  deps: IgnoreCommandsDeps,
  jail: string,
  entries: readonly IpEntry[],
  touch: () => void,
): Promise<string[]> {
  const hasNetwork = entries.some(({ kind }) => kind === 'network')
  const banned = hasNetwork ? await deps.client.bannedIn(jail) : entries.map(({ text }) => text)
  const covered = hasNetwork ? banned.filter((ip) => entries.some((entry) => covers(entry, ip))) : banned
  const results = await liftBans(deps, jail, [...new Set(covered)], touch)
  return results.flatMap(({ ip, outcome }) => (outcome === 'unbanned' ? [ip] : []))
}

function covers(entry: IpEntry, ip: string): boolean {
  const listed = listedIp(ip)
  return listed !== undefined && containsKey(entry, listed)
}

/** Itself, or within a network that is listed. */
function isIn(listed: readonly string[], entry: IpEntry): boolean {
  return listed.some((text) => {
    const known = listedIp(text)
    return known !== undefined && containsKey(known, entry)
  })
}

async function refusalOf(work: Promise<void>): Promise<string | undefined> {
  try {
    await work
    return undefined
  } catch (error) {
    if (error instanceof Fail2banRefused) return error.message
    throw error
  }
}

function ignorable(text: string): IpEntry {
  const parsed = parseIgnoreip(text)
  if (parsed.ok) return parsed.entry
  throw new Refusal('validation-failed', `${parsed.problem} Nothing was changed.`)
}

/** As it stands in the list, be it a host name; undefined when it does not. */
function listedAs(text: string, entries: readonly string[]): string | undefined {
  return [text, listedIp(text)?.text].find((entry) => entry !== undefined && entries.includes(entry))
}
