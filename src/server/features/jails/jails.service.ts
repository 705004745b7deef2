import type { Command } from '../../../shared/command.ts'
import { parseIgnoreip } from '../../../shared/ip.ts'
import type { Jail, JailDetail } from '../../../shared/jail.ts'
import type { FieldError } from '../../../shared/problem.ts'
import { AppError } from '../../lib/errors.ts'
import type { AgentCommands } from '../../state/agent-commands.ts'
import type { HostDirectory } from '../../state/host-directory.ts'

export type JailAction = 'start' | 'stop' | 'reload' | 'idle' | 'resume'

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
  get(host: string, jail: string): Promise<JailDetail>
  act(host: string, jail: string, action: JailAction): Promise<JailDetail>
  /** In fail2ban only, until its next reload. */
  change(host: string, jail: string, settings: JailSettingsChange): Promise<JailDetail>
  /** Throws `validation-failed` unless all are addresses. */
  ignore(host: string, jail: string, ips: readonly string[]): Promise<JailDetail>
  stopIgnoring(host: string, jail: string, ips: readonly string[]): Promise<JailDetail>
}

/** However many people look at a jail, fail2ban is asked no more often. */
const DETAIL_MS = 2_000

const AWAY = new Set(['fail2ban-unavailable', 'fail2ban-timeout', 'fail2ban-refused', 'busy'])

export function createJailsService(deps: {
  hosts: HostDirectory
  commands: AgentCommands
  now: () => number
}): JailsService {
  const { hosts, commands, now } = deps
  const lists = new WeakMap<readonly Jail[], { items: Jail[] }>()
  const details = new Map<string, { at: number; detail: Promise<JailDetail> }>()

  async function command(host: string, order: Command & { jail: string }): Promise<JailDetail> {
    hosts.get(host)
    const reply = await commands.send(host, order)
    details.delete(`${host} ${order.jail}`)
    return reply.jail ?? hosts.jail(host, order.jail)
  }

  async function askFor(host: string, known: Jail): Promise<JailDetail> {
    try {
      const reply = await commands.send(host, { kind: 'describeJail', jail: known.name })
      return reply.jail ?? known
    } catch (error) {
      if (error instanceof AppError && AWAY.has(error.code)) return known
      throw error
    }
  }

  return {
    list(host) {
      const { jails } = hosts.get(host)
      const made = lists.get(jails) ?? Object.freeze({ items: jails })
      lists.set(jails, made)
      return made
    },

    async get(host, name) {
      const known = hosts.jail(host, name)
      if (known.state === 'stopped' || !hosts.get(host).host.online) return known
      const key = `${host} ${name}`
      const asked = details.get(key)
      if (asked && now() - asked.at < DETAIL_MS) return asked.detail
      const detail = askFor(host, known)
      details.set(key, { at: now(), detail })
      return detail
    },

    act: (host, jail, action) => command(host, { kind: `${action}Jail`, jail }),

    async change(host, jail, settings) {
      const { bantimeSeconds, findtimeSeconds, maxretry } = settings
      const orders: Array<Command & { jail: string }> = []
      if (bantimeSeconds !== undefined) orders.push({ kind: 'setBantime', jail, seconds: bantimeSeconds })
      if (findtimeSeconds !== undefined) orders.push({ kind: 'setFindtime', jail, seconds: findtimeSeconds })
      if (maxretry !== undefined) orders.push({ kind: 'setMaxretry', jail, count: maxretry })
      let detail: JailDetail | undefined
      for (const order of orders) detail = await command(host, order)
      return detail ?? hosts.jail(host, jail)
    },

    ignore: (host, jail, ips) => command(host, { kind: 'addIgnoreip', jail, ips: canonical(ips) }),
    // Whatever stands in the list, a host name too, may be taken off it.
    stopIgnoring: (host, jail, ips) => command(host, { kind: 'removeIgnoreip', jail, ips: [...ips] }),
  }
}

function canonical(texts: readonly string[]): string[] {
  const errors: FieldError[] = []
  const entries = texts.flatMap((text, index) => {
    const parsed = parseIgnoreip(text)
    if (parsed.ok) return parsed.entry.text
    errors.push({ in: 'body', pointer: `/ips/${index}`, detail: parsed.problem })
    return []
  })
  const [first] = errors
  if (first) throw new AppError('validation-failed', first.detail, { errors })
  return [...new Set(entries)]
}
