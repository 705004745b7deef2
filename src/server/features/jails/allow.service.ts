import type { AllowRequest, AllowResult, HostAllowResult } from '../../../shared/allow.ts'
import type { Ban } from '../../../shared/ban.ts'
import type { IpEntry } from '../../../shared/ip.ts'
import type { Actor } from '../../http/endpoint.ts'
import { audited } from '../../lib/audit.ts'
import { messageOf } from '../../lib/errors.ts'
import type { Logger } from '../../lib/logger.ts'
import type { AgentCommands } from '../../state/agent-commands.ts'
import type { HostDirectory } from '../../state/host-directory.ts'
import { readIgnoreEntries } from './ignore-entries.ts'

export interface AllowDeps {
  readonly hosts: HostDirectory
  readonly commands: AgentCommands
  /** Bans of exactly this entry and of networks around it. */
  readonly bansCovering: (entry: IpEntry) => Promise<Ban[]>
  readonly log: Logger
}

export type AllowService = (request: AllowRequest, actor: Actor) => Promise<{ items: AllowResult[] }>

/**
 * Puts addresses on the ignore list of every running jail, of one host or of all, and lifts their bans where asked. Throws
 * `validation-failed` when none is an address, `host-not-found`, or what the agents answer when none of them could be asked.
 */
export function createAllowService({ hosts, commands, bansCovering, log }: AllowDeps): AllowService {
  return async (request, actor) => {
    const named = request.host === undefined ? hosts.list() : [hosts.get(request.host)]
    const ids = named.map(({ host }) => host.id)
    const parsed = readIgnoreEntries(request.ips)
    const { ips } = parsed
    const deed = {
      action: request.unban ? 'ip.unban-and-allow' : 'ip.allow',
      actor: actor.username,
      object: ips.join(' '),
    }
    const replies = await audited(log, deed, () => askAll(commands, ids, ips, request.unban))
    const found = await Promise.all(
      parsed.entries.map(async (entry) => {
        const result = mergeHosts(entry.text, replies)
        const still = (await bansCovering(entry)).filter((ban) => ids.includes(ban.host))
        const isLifted = (ban: Ban): boolean =>
          result.unbannedFrom.some(
            ({ host, jail, ip }) => host === ban.host && jail === ban.jail && ip === ban.ip,
          )
        const stillBannedBy = still
          .filter((ban) => !isLifted(ban))
          .map(({ host, jail, ip }) => ({ host, jail, ip }))
        return [entry.text, { ...result, stillBannedBy }] as const
      }),
    )
    const byIp = new Map(found)
    return {
      items: parsed.inOrder(
        (ip) => byIp.get(ip) ?? nothing(ip, 'failed'),
        (ip, detail) => ({ ...nothing(ip, 'invalid'), detail }),
      ),
    }
  }
}

interface HostReply {
  readonly host: string
  readonly results: readonly HostAllowResult[]
  /** Why the host could not be asked. */
  readonly problem?: string
}

/** Rejects with what the first one answered when no host could be asked. */
async function askAll(
  commands: AgentCommands,
  ids: readonly string[],
  ips: string[],
  unban: boolean,
): Promise<HostReply[]> {
  const settled = await Promise.allSettled(
    ids.map((host) => commands.send(host, { kind: 'allowEverywhere', ips, unban })),
  )
  const failures = settled.flatMap((reply) => (reply.status === 'rejected' ? [reply.reason as unknown] : []))
  if (failures.length === ids.length) throw failures[0]
  return settled.map((reply, index): HostReply => {
    const host = ids[index] ?? ''
    if (reply.status === 'fulfilled') return { host, results: reply.value.allowed ?? [] }
    return { host, results: [], problem: messageOf(reply.reason) }
  })
}

function mergeHosts(ip: string, replies: readonly HostReply[]): AllowResult {
  const merged = nothing(ip, 'failed')
  let isNews = false
  for (const { host, results, problem } of replies) {
    const result = results.find((candidate) => candidate.ip === ip)
    if (!result) {
      merged.failedIn.push({ host, detail: problem ?? 'The agent did not say what became of it.' })
      continue
    }
    isNews ||= result.addedTo.length > 0
    const has = [...result.addedTo, ...result.listedIn]
    merged.allowedIn.push(...has.map((jail) => ({ host, jail })))
    merged.unbannedFrom.push(...result.unbanned.map((ban) => ({ host, ...ban })))
    merged.failedIn.push(...result.failedIn.map((failure) => ({ host, ...failure })))
    if (has.length === 0 && result.failedIn.length === 0) {
      merged.failedIn.push({ host, detail: 'No jail runs there, so there is no list to put it on.' })
    }
  }
  return { ...merged, outcome: outcomeOf(merged, isNews) }
}

function outcomeOf({ allowedIn, failedIn }: AllowResult, isNews: boolean): AllowResult['outcome'] {
  if (allowedIn.length === 0) return 'failed'
  if (failedIn.length > 0) return 'partly'
  return isNews ? 'allowed' : 'already-allowed'
}

function nothing(ip: string, outcome: AllowResult['outcome']): AllowResult {
  return { ip, outcome, allowedIn: [], unbannedFrom: [], stillBannedBy: [], failedIn: [] }
}
