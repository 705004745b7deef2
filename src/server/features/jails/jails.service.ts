import type { IgnoreResult, LiftedBans } from '../../../shared/allow.ts'
import type { Command, CommandReply } from '../../../shared/command.ts'
import type { Jail, JailDetail } from '../../../shared/jail.ts'
import type { Actor } from '../../http/endpoint.ts'
import { audited } from '../../lib/audit.ts'
import { AppError } from '../../lib/errors.ts'
import type { Logger } from '../../lib/logger.ts'
import type { AgentCommands } from '../../state/agent-commands.ts'
import type { HostDirectory } from '../../state/host-directory.ts'
import { ignoreResults, readIgnoreEntries } from './ignore-entries.ts'

export type JailAction = 'start' | 'stop' | 'restart' | 'reload' | 'idle' | 'resume'

export interface JailPath {
  readonly host: string
  readonly jail: string
}

export interface JailSettingsChange {
  readonly bantimeSeconds?: number | undefined
  readonly findtimeSeconds?: number | undefined
  readonly maxretry?: number | undefined
}

/** Everything throws `host-not-found`, `jail-not-found`, or what the agent answers for a fail2ban that is away or refuses. */
export interface JailsService {
  /** Frozen, and the same object until something changes. */
  list(host: string): { items: Jail[] }
  /** Asks fail2ban, at most every two seconds; while it is away, or the jail is stopped, what was known last. */
  get(path: JailPath): Promise<JailDetail>
  act(path: JailPath, action: JailAction, actor: Actor): Promise<JailDetail>
  /** In fail2ban only, until its next reload. */
  change(path: JailPath, settings: JailSettingsChange, actor: Actor): Promise<JailDetail>
  /** As many as fit into some seconds; to be repeated until none remains. */
  unbanAll(path: JailPath, actor: Actor): Promise<LiftedBans>
  /** Throws `validation-failed` when none is an address. */
  ignore(path: JailPath, ips: readonly string[], actor: Actor): Promise<{ items: IgnoreResult[] }>
  /** Throws `not-found` when it is not listed. */
  stopIgnoring(path: JailPath, ip: string, actor: Actor): Promise<{ items: IgnoreResult[] }>
}

export interface JailsDeps {
  readonly hosts: HostDirectory
  readonly commands: AgentCommands
  readonly log: Logger
  readonly now: () => number
}

type JailOrder = Command & { jail: string }

/** However many people look at a jail, fail2ban is asked no more often. */
const DETAIL_MS = 2_000

const AWAY = new Set(['fail2ban-unavailable', 'fail2ban-timeout', 'fail2ban-refused', 'busy'])

export function createJailsService(deps: JailsDeps): JailsService {
  const details = new Map<string, { at: number; detail: Promise<JailDetail> }>()
  const order = createOrders(deps, ({ host, jail }) => details.delete(`${host} ${jail}`))
  return { ...createReads(deps, details), ...createWrites(deps, order) }
}

function createReads(
  { hosts, commands, now }: JailsDeps,
  details: Map<string, { at: number; detail: Promise<JailDetail> }>,
): Pick<JailsService, 'list' | 'get'> {
  const lists = new WeakMap<readonly Jail[], { items: Jail[] }>()
  return {
    list(host) {
      const { jails } = hosts.get(host)
      const made = lists.get(jails) ?? Object.freeze({ items: jails })
      lists.set(jails, made)
      return made
    },

    async get({ host, jail }) {
      const known = hosts.jail(host, jail)
      if (known.state === 'stopped' || !hosts.get(host).host.online) return known
      const key = `${host} ${jail}`
      const asked = details.get(key)
      if (asked && now() - asked.at < DETAIL_MS) return asked.detail
      const detail = askFor(commands, host, known)
      details.set(key, { at: now(), detail })
      return detail
    },
  }
}

function createWrites({ hosts }: JailsDeps, order: Order): Omit<JailsService, 'list' | 'get'> {
  return {
    async act({ host, jail }, action, actor) {
      const reply = await order(host, action, actor, { kind: `${action}Jail`, jail })
      return reply.jail ?? hosts.jail(host, jail)
    },

    async change({ host, jail }, settings, actor) {
      let detail: JailDetail | undefined
      const done: string[] = []
      for (const { name, value, command } of ordersOf(jail, settings)) {
        try {
          const reply = await order(host, 'change', actor, command, { [name]: value })
          detail = reply.jail
          done.push(name)
        } catch (error) {
          throw error instanceof AppError && done.length > 0 ? partly(error, done, name) : error
        }
      }
      return detail ?? hosts.jail(host, jail)
    },

    async unbanAll({ host, jail }, actor) {
      const reply = await order(host, 'unban-all', actor, { kind: 'unbanJail', jail })
      return reply.lifted ?? { unbanned: 0, remaining: 0 }
    },

    async ignore({ host, jail }, texts, actor) {
      hosts.get(host)
      const entries = readIgnoreEntries(texts)
      const { ips } = entries
      const reply = await order(host, 'allow', actor, { kind: 'addIgnoreip', jail, ips }, listing(ips))
      return { items: ignoreResults(entries, reply.ignored ?? []) }
    },

    // Whatever stands in the list, a host name too, may be taken off it.
    async stopIgnoring({ host, jail }, ip, actor) {
      const command = { kind: 'removeIgnoreip' as const, jail, ips: [ip] }
      const { ignored: items = [] } = await order(host, 'disallow', actor, command, { ip })
      if (items.some(({ outcome }) => outcome === 'not-listed')) {
        throw new AppError('not-found', `${ip} is not on the ignore list of ${jail}.`)
      }
      return { items }
    },
  }
}

type Order = (
  host: string,
  action: string,
  actor: Actor,
  command: JailOrder,
  change?: Readonly<Record<string, string | number>>,
) => Promise<Extract<CommandReply, { ok: true }>>

/** Sends commands with a line in the log of who did what; `forget` is told whose description is out of date. */
function createOrders({ hosts, commands, log }: JailsDeps, forget: (path: JailPath) => void): Order {
  async function send(host: string, command: JailOrder): Promise<Extract<CommandReply, { ok: true }>> {
    hosts.get(host)
    try {
      return await commands.send(host, command)
    } finally {
      forget({ host, jail: command.jail })
    }
  }
  return (host, action, actor, command, change) => {
    const object = `${host}/${command.jail}`
    const deed = { action: `jail.${action}`, actor: actor.username, object, ...(change && { change }) }
    return audited(log, deed, () => send(host, command))
  }
}

async function askFor(commands: AgentCommands, host: string, known: Jail): Promise<JailDetail> {
  try {
    const reply = await commands.send(host, { kind: 'describeJail', jail: known.name })
    return reply.jail ?? known
  } catch (error) {
    if (error instanceof AppError && AWAY.has(error.code)) return known
    throw error
  }
}

function listing(ips: readonly string[]): { ips: string } {
  return { ips: ips.join(' ') }
}

interface SettingOrder {
  readonly name: 'bantime' | 'findtime' | 'maxretry'
  readonly value: number
  readonly command: JailOrder
}

function ordersOf(jail: string, settings: JailSettingsChange): SettingOrder[] {
  const { bantimeSeconds, findtimeSeconds, maxretry } = settings
  const orders: SettingOrder[] = []
  if (bantimeSeconds !== undefined) {
    const command = { kind: 'setBantime' as const, jail, seconds: bantimeSeconds }
    orders.push({ name: 'bantime', value: bantimeSeconds, command })
  }
  if (findtimeSeconds !== undefined) {
    const command = { kind: 'setFindtime' as const, jail, seconds: findtimeSeconds }
    orders.push({ name: 'findtime', value: findtimeSeconds, command })
  }
  if (maxretry !== undefined) {
    const command = { kind: 'setMaxretry' as const, jail, count: maxretry }
    orders.push({ name: 'maxretry', value: maxretry, command })
  }
  return orders
}

/** Nothing is claimed to be undone that was done. */
function partly(error: AppError, done: readonly string[], failed: string): AppError {
  return new AppError(
    error.code,
    `${done.join(' and ')} ${done.length === 1 ? 'was' : 'were'} changed, but ${failed} was not: ${error.message}`,
    { ...error.details, cause: error },
  )
}
