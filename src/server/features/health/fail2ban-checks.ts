import { dirname } from 'node:path'
import type { Finding, Fix, HealthCheck, HealthLevel, ProtectionVerdict } from '../../../shared/health.ts'
import type { Host, HostSnapshot, OfflineReason } from '../../../shared/host.ts'
import { jailProblem, type Jail } from '../../../shared/jail.ts'
import { isOlder } from '../../../shared/probe.ts'
import type { ConsoleSample } from '../../state/app-runtime.ts'

/** Before it, fail2ban records neither how long nor how often somebody was banned. */
const LEAST_VERSION = '0.11'
/** What happens now is not in the console's list before. */
const CATCH_UP_MS = 15_000

export interface Facts {
  /** Undefined: nobody has looked lately. */
  readonly sample: ConsoleSample | undefined
  /** Of the agent, where this process has that role too. */
  readonly socketPath: string | undefined
  readonly now: number
}

type About = Pick<HealthCheck, 'finding' | 'level'> & { fix?: Fix | undefined }

export function found(level: HealthLevel, finding: Finding, fix?: Fix): About {
  return { level, finding, fix }
}

export function check(id: HealthCheck['id'], { level, finding, fix }: About, host?: string): HealthCheck {
  return { id, level, ...(host !== undefined && { host }), finding, ...(fix && { fix }) }
}

/** Everything about one machine's fail2ban. */
export function checksOfHost({ host, jails }: HostSnapshot, facts: Facts): HealthCheck[] {
  const about = (id: HealthCheck['id'], what: About): HealthCheck => check(id, what, host.id)
  const dark = darkness(host)
  const unlessDark = (look: () => About): About => (dark ? found('unknown', dark) : look())
  return [
    about('fail2ban', fail2banOf(host, facts)),
    about('agent', agentOf(host, facts)),
    about(
      'jails',
      unlessDark(() => jailsOf(host.id, jails)),
    ),
    about(
      'log-files',
      unlessDark(() => logFilesOf(host, jails)),
    ),
    about(
      'fail2ban-database',
      unlessDark(() => databaseOf(host)),
    ),
    about(
      'fail2ban-log',
      unlessDark(() => ownLogOf(host)),
    ),
    about(
      'ban-feed',
      unlessDark(() => feedOf(host.id, facts)),
    ),
  ]
}

/** Why nothing can be told of its jails; undefined where it can. */
function darkness({ offline }: Host): Finding | undefined {
  if (!offline) return undefined
  return { cause: 'not-known', because: NOT_KNOWN[offline.reason] ?? 'fail2ban-away' }
}

/** Those that say nothing about fail2ban itself. */
const NOT_KNOWN: Readonly<
  Partial<Record<OfflineReason, 'not-checked-yet' | 'agent-missing' | 'state-unreachable'>>
> = {
  starting: 'not-checked-yet',
  'agent-missing': 'agent-missing',
  'state-unknown': 'state-unreachable',
}

/** It does not run, so nobody is banned; with any other fault it may well be at work. */
const IS_DOWN: ReadonlySet<OfflineReason> = new Set(['socket-missing', 'socket-stale'])

function fail2banOf(host: Host, { socketPath }: Facts): About {
  const { offline, version = '', surroundings } = host
  const because = offline && NOT_KNOWN[offline.reason]
  if (because) return found('unknown', { cause: 'not-known', because })
  if (surroundings?.socketFileMounted && (!offline || IS_DOWN.has(offline.reason))) {
    return found(offline ? 'failing' : 'warning', { cause: 'socket-file', isDead: offline !== undefined })
  }
  if (offline) return found('failing', { cause: 'away', ...offline }, FIXES[offline.reason](socketPath))
  if (version !== '' && isOlder(version, LEAST_VERSION)) {
    return found('warning', { cause: 'outdated', version, least: LEAST_VERSION })
  }
  return found('ok', { cause: 'answers', version })
}

type FixOf = (socketPath: string | undefined) => Fix | undefined

const command = (text: string): Fix => ({ kind: 'command', command: text })
const nothing: FixOf = () => undefined

const FIXES: Readonly<Record<OfflineReason, FixOf>> = {
  'socket-missing': () => command('systemctl start fail2ban'),
  'socket-stale': () => command('systemctl restart fail2ban'),
  'not-answering': () => command('systemctl restart fail2ban'),
  'connection-lost': () => command('systemctl status fail2ban'),
  'permission-denied': (path) =>
    path === undefined ? undefined : command(`chgrp bangui ${path} && chmod 660 ${path}`),
  'protocol-error': () => ({
    kind: 'setting',
    name: 'FAIL2BAN_SOCKET',
    value: '/var/run/fail2ban/fail2ban.sock',
  }),
  starting: nothing,
  'agent-missing': nothing,
  'state-unknown': nothing,
}

function agentOf({ id, offline }: Host, { sample }: Facts): About {
  const holder = sample?.leases[`agent/${id}`]
  if (offline?.reason === 'agent-missing') {
    const fix: Fix = { kind: 'setting', name: 'BANGUI_ROLES', value: 'agent' }
    return found('failing', { cause: 'agent-missing', since: offline.since }, fix)
  }
  if (offline?.reason === 'state-unknown') {
    return found('unknown', { cause: 'not-known', because: 'state-unreachable' })
  }
  if (offline?.reason === 'starting' && holder === undefined) {
    return found('unknown', { cause: 'not-known', because: 'not-checked-yet' })
  }
  return found('ok', { cause: 'agent-works', ...(holder !== undefined && { holder }) })
}

function jailsOf(host: string, jails: readonly Jail[]): About {
  const named = (state: Jail['state']): string[] =>
    jails.filter((jail) => jail.state === state).map((jail) => jail.name)
  const [active, idle, stopped] = [named('active').length, named('idle'), named('stopped')]
  if (jails.length === 0) return found('failing', { cause: 'no-jails' }, { kind: 'jails' })
  const resting = [...stopped, ...idle]
  const [only = ''] = resting
  const fix: Fix = resting.length === 1 ? { kind: 'jail', host, jail: only } : { kind: 'jails' }
  if (active === 0) return found('failing', { cause: 'none-active', idle, stopped }, fix)
  if (resting.length > 0) return found('warning', { cause: 'some-inactive', active, idle, stopped }, fix)
  return found('ok', { cause: 'all-active', active })
}

/** Its left side is fail2ban's folder; what stands right of it only the administrator can know. */
function pathMap(path: string): Fix {
  const folder = dirname(path)
  return { kind: 'setting', name: 'FAIL2BAN_PATH_MAP', value: `${folder}=/path/here` }
}

function logFilesOf({ id: host, surroundings }: Host, jails: readonly Jail[]): About {
  const missing = jails.flatMap((jail) => {
    const problem = jailProblem(jail)
    if (problem !== 'no-log' && problem !== 'log-missing') return []
    return { jail: jail.name, files: jail.missingSources ?? [], blind: problem === 'no-log' }
  })
  const first = missing.find((jail) => jail.blind) ?? missing[0]
  const hidden = surroundings?.hiddenLogs ?? []
  if (!first && hidden[0] !== undefined) {
    return found('unknown', { cause: 'logs-elsewhere', files: hidden }, pathMap(hidden[0]))
  }
  if (!first) return found('ok', { cause: 'present' })
  return found('warning', { cause: 'missing', jails: missing }, { kind: 'jail', host, jail: first.jail })
}

function databaseOf({ database, databaseDetail = '', surroundings }: Host): About {
  const path = surroundings?.hiddenDatabase
  if (database === 'unreadable' && path !== undefined) {
    return found('warning', { cause: 'database-elsewhere', path }, pathMap(path))
  }
  if (database === 'ok') return found('ok', { cause: 'readable' })
  // Somebody has decided so, and everything but the reasons of bans works.
  if (database === 'switched-off') return found('ok', { cause: 'switched-off' })
  return found(
    'warning',
    { cause: 'unreadable', detail: databaseDetail },
    { kind: 'setting', name: 'FAIL2BAN_DB', value: '/var/lib/fail2ban/fail2ban.sqlite3' },
  )
}

function ownLogOf({ surroundings }: Host): About {
  if (!surroundings?.log) return found('unknown', { cause: 'not-known', because: 'not-checked-yet' })
  const { target, state, oddTime } = surroundings.log
  if (oddTime) return found('warning', { cause: 'odd-times', ...oddTime })
  if (state === 'unseen') return found('unknown', { cause: 'log-elsewhere', target }, pathMap(target))
  if (state === 'unreadable') return found('unknown', { cause: 'log-unreadable', target })
  return found('ok', { cause: state === 'read' ? 'log-read' : 'no-log-file', target })
}

/** Whether what fail2ban counts is what the console lists: if not, news on the way from one to the other are lost. */
function feedOf(host: string, { sample, now }: Facts): About {
  const feed = sample?.feeds[host]
  if (!feed) return found('unknown', { cause: 'not-known', because: 'not-checked-yet' })
  const { fail2ban, console: listed, apart: jails, since, isMoving } = feed
  if (since === undefined || jails.length === 0) return found('ok', { cause: 'in-step', banned: listed })
  if (isMoving || now - Date.parse(since) < CATCH_UP_MS) {
    return found('ok', { cause: 'catching-up', fail2ban, console: listed })
  }
  const finding: Finding = { cause: 'out-of-step', fail2ban, console: listed, jails, since }
  return found('warning', finding, { kind: 'jobs' })
}

/** Of one machine; of several the worst counts. */
export function verdictOf({ host: { offline, surroundings }, jails }: HostSnapshot): ProtectionVerdict {
  // Behind a dead socket there may be a fail2ban that has another one.
  const mayRun = surroundings?.socketFileMounted === true
  if (offline) return IS_DOWN.has(offline.reason) && !mayRun ? 'not-working' : 'unknown'
  const working = jails.filter((jail) => jail.state === 'active' && jailProblem(jail) !== 'no-log')
  if (working.length === 0) return 'not-working'
  return working.length < jails.length ? 'partly' : 'working'
}
