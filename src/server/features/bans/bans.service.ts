import type {
  Ban,
  BanKey,
  BanPage,
  BanRequest,
  BanSort,
  IpResult,
  IpResults,
  UnbanRequest,
  UnbanResult,
} from '../../../shared/ban.ts'
import type { Command } from '../../../shared/command.ts'
import { containsKey, listedIp, parseIp, type IpEntry } from '../../../shared/ip.ts'
import type { Actor, Caller } from '../../http/endpoint.ts'
import { AppError } from '../../lib/errors.ts'
import type { Logger } from '../../lib/logger.ts'
import type { AgentCommands } from '../../state/agent-commands.ts'
import type { HostDirectory } from '../../state/host-directory.ts'
import { decodeCursor, encodeCursor } from './ban-cursor.ts'
import { readSearch } from './ban-search.ts'
import type { BansRepository } from './bans.repository.ts'
import { unbanSelected } from './unban-selected.ts'

export interface BansFilterQuery {
  readonly host?: string | undefined
  readonly jail?: string | undefined
  readonly q?: string | undefined
  readonly sort: BanSort
  /** A list's mark: bans that came later are left out. */
  readonly upTo?: number | undefined
}

export interface BansQuery extends BansFilterQuery {
  readonly limit: number
  readonly cursor?: string | undefined
  readonly offset?: number | undefined
}

export interface JailPath {
  readonly host: string
  readonly jail: string
}

export interface BansService {
  list(query: BansQuery): Promise<BanPage>
  /** Every ban that matches, with its whole reason, some hundred at a time. */
  batches(query: BansFilterQuery): AsyncGenerator<Ban[]>
  /** One ban with its whole reason. Throws `not-found` when it is not banned. */
  find(at: JailPath, ip: string): Promise<Ban>
  ban(at: JailPath, request: BanRequest, actor: Actor, caller: Pick<Caller, 'address'>): Promise<IpResults>
  /** One entry of one jail, given as fail2ban lists it or as people write it. Throws `not-found` when it is not banned. */
  unban(at: JailPath, ip: string, actor: Actor): Promise<IpResults>
  /** Bans of any hosts and jails; each gets its own answer. */
  unbanSelected(bans: readonly BanKey[], actor: Actor): Promise<UnbanResult[]>
  /** From every jail, of one host or of all. */
  unbanEverywhere(request: UnbanRequest, actor: Actor): Promise<IpResults>
  /** Where an address is banned, itself or within a network. */
  bansOf(address: string): Promise<JailPath[]>
}

export interface BansDeps {
  readonly repository: BansRepository
  readonly hosts: HostDirectory
  readonly commands: AgentCommands
  readonly log: Logger
}

export function createBansService(deps: BansDeps): BansService {
  const { hosts, commands, log } = deps

  async function order(host: string, command: Command, parsed: ParsedIps): Promise<IpResults> {
    const { results = [] } = await commands.send(host, command)
    return { items: parsed.inOrder(results) }
  }

  function note(what: string, actor: Actor, facts: object): void {
    log.info({ user: actor.username, ...facts }, what)
  }

  return {
    ...readingBans(deps),

    async ban({ host, jail }, request, actor, caller) {
      hosts.get(host)
      const parsed = parseAll(request.ips)
      guardOwnAddress(parsed, caller.address, request.force === true && actor.role === 'admin')
      note('banning', actor, { host, jail, ips: parsed.ips })
      return order(host, { kind: 'ban', jail, ips: parsed.ips }, parsed)
    },

    async unban({ host, jail }, ip, actor) {
      hosts.get(host)
      // A jail may ban what is no address; such an entry is lifted by its exact text.
      const entry = entryOf(ip)?.text ?? ip
      note('unbanning', actor, { host, jail, ips: [entry] })
      const { results = [] } = await commands.send(host, { kind: 'unban', jail, ips: [entry] })
      if (results.some((result) => result.outcome === 'not-banned')) {
        throw new AppError('not-found', `${entry} is not banned in ${jail}.`)
      }
      return { items: results }
    },

    async unbanSelected(bans, actor) {
      for (const { host } of bans) hosts.get(host)
      note('unbanning', actor, { bans })
      return unbanSelected(commands, bans)
    },

    async unbanEverywhere(request, actor) {
      const named = request.host === undefined ? hosts.list() : [hosts.get(request.host)]
      const parsed = parseAll(request.ips)
      note('unbanning everywhere', actor, { ips: parsed.ips })
      const command: Command = { kind: 'unbanEverywhere', ips: parsed.ips }
      const [only, ...others] = named
      if (only && others.length === 0) return order(only.host.id, command, parsed)
      const replies = await Promise.allSettled(named.map(({ host }) => commands.send(host.id, command)))
      return {
        items: parsed.inOrder(
          mergeHosts(
            named.map(({ host }) => host.id),
            replies,
            parsed.ips,
          ),
        ),
      }
    },
  }
}

function readingBans({
  repository,
  hosts,
}: BansDeps): Pick<BansService, 'list' | 'batches' | 'find' | 'bansOf'> {
  return {
    async list(query) {
      const { sort, limit, cursor, offset } = query
      if (cursor !== undefined && offset !== undefined) throw eitherCursorOrOffset()
      const after = cursor === undefined ? undefined : decodeCursor(cursor, sort)
      const { items, next, ...figures } = await repository.page({
        filter: filterOf(query),
        sort,
        limit,
        after,
        offset,
      })
      return {
        items,
        ...figures,
        ...(next && { nextCursor: encodeCursor(sort, next) }),
      }
    },

    batches: (query) => repository.batches({ filter: filterOf(query), sort: query.sort }),

    async find({ host, jail }, ip) {
      hosts.get(host)
      const entry = entryOf(ip)?.text ?? ip
      const ban = await repository.find({ host, jail, ip: entry })
      if (!ban) throw new AppError('not-found', `${entry} is not banned in ${jail}.`)
      return ban
    },

    async bansOf(address) {
      const entry = listedIp(address)
      const bans = entry ? await repository.covering(entry) : []
      return bans.map(({ host, jail }) => ({ host, jail }))
    },
  }
}

function filterOf({ host, jail, q, upTo }: BansFilterQuery) {
  return { host, jail, search: readSearch(q), upTo }
}

function eitherCursorOrOffset(): AppError {
  const detail = 'Give a cursor or an offset, not both.'
  return new AppError('validation-failed', detail, { errors: [{ in: 'query', pointer: '/offset', detail }] })
}

/** As people write it, of any width; undefined: no address. */
function entryOf(text: string): IpEntry | undefined {
  const parsed = parseIp(text)
  return parsed.ok ? parsed.entry : listedIp(text.trim())
}

interface ParsedIps {
  /** Canonical, each once. */
  readonly ips: string[]
  readonly entries: readonly IpEntry[]
  /** The agent's results with those of the unreadable ones, in the order of the request. */
  inOrder(results: readonly IpResult[]): IpResult[]
}

/** Throws `validation-failed` when none of the texts is an address. */
function parseAll(texts: readonly string[]): ParsedIps {
  const entries = new Map<string, IpEntry>()
  const problems: Array<{ pointer: string; detail: string }> = []
  const rows = texts.map((text, index): { ip: string; problem?: string } => {
    const parsed = parseIp(text)
    if (!parsed.ok) {
      problems.push({ pointer: `/ips/${index}`, detail: parsed.problem })
      return { ip: text, problem: parsed.problem }
    }
    entries.set(parsed.entry.text, parsed.entry)
    return { ip: parsed.entry.text }
  })
  const [first] = problems
  if (entries.size === 0 && first) {
    throw new AppError('validation-failed', first.detail, {
      errors: problems.map((problem) => ({ in: 'body', ...problem })),
    })
  }
  return {
    ips: [...entries.keys()],
    entries: [...entries.values()],
    inOrder(results) {
      const byIp = new Map(results.map((result) => [result.ip, result]))
      return rows.map(({ ip, problem }): IpResult => {
        if (problem !== undefined) return { ip, outcome: 'invalid', detail: problem }
        return byIp.get(ip) ?? { ip, outcome: 'failed', detail: 'The agent did not say what became of it.' }
      })
    },
  }
}

/** Nobody locks himself out by a slip; an administrator may insist. */
function guardOwnAddress({ entries }: ParsedIps, address: string, insists: boolean): void {
  const own = listedIp(address)
  const hit = own && entries.find((entry) => containsKey(entry, own))
  if (!hit || insists) return
  const what =
    hit.text === own.text ? 'your own address' : `a network that holds your own address, ${own.text}`
  throw new AppError(
    'conflict',
    `${hit.text} is ${what}: banning it could lock you out. Nothing was banned.`,
    {
      nextStep: 'Leave it out. An administrator who means it can repeat the request with "force": true.',
    },
  )
}

/** One result per address over all hosts; jails are named with their host. */
function mergeHosts(
  ids: readonly string[],
  replies: ReadonlyArray<PromiseSettledResult<{ results?: IpResult[] | undefined }>>,
  ips: readonly string[],
): IpResult[] {
  const away = ids.filter((_, index) => replies[index]?.status === 'rejected')
  const [failure] = replies.flatMap((reply) => (reply.status === 'rejected' ? [reply.reason as unknown] : []))
  if (away.length === ids.length) throw failure
  return ips.map((ip): IpResult => {
    const found = replies.flatMap((reply, index) =>
      reply.status === 'fulfilled'
        ? (reply.value.results ?? [])
            .filter((result) => result.ip === ip)
            .map((result) => ({ result, index }))
        : [],
    )
    const jails = found.flatMap(({ result, index }) =>
      (result.jails ?? []).map((jail) => `${ids[index] ?? ''}/${jail}`),
    )
    const failed = found.find(({ result }) => result.outcome === 'failed')
    if (away.length > 0 || failed) {
      const detail = failed?.result.detail ?? `Not done on ${away.join(', ')}: fail2ban is away there.`
      return { ip, outcome: 'failed', ...(jails.length > 0 && { jails }), detail }
    }
    return jails.length > 0 ? { ip, outcome: 'unbanned', jails } : { ip, outcome: 'not-banned' }
  })
}
