import type {
  Host,
  HostSnapshot,
  IgnoreList,
  IgnoreLists,
  OfflineReason,
  Surroundings,
} from '../../shared/host.ts'
import type { Jail, JailState } from '../../shared/jail.ts'
import type { Fail2banUnavailable, JailSettings, JailStatus } from '../fail2ban/fail2ban-client.ts'
import type { DatabaseState } from './ban-records.ts'

/** What an agent knows of its host, as the snapshot that all screens are served from. */
export interface HostReport {
  /** fail2ban answered for all of its jails. */
  online(facts: {
    version: string
    statuses: readonly JailStatus[]
    database: DatabaseState
    at: number
  }): HostSnapshot
  /** It did not; what was known stays. */
  offline(fault: Pick<Fail2banUnavailable, 'reason' | 'message'>, at: number): HostSnapshot
  setSettings(jail: string, settings: JailSettings): void
  setIgnored(jail: string, list: IgnoreList): void
  /** Of the running jails. */
  ignoreLists(): IgnoreLists
  /** fail2ban does not tell; this is known from commands of ours. */
  setIdle(jail: string, isIdle: boolean): void
  /** fail2ban was started anew: it has the jails of its configuration, all of them at work. */
  restarted(at: number): void
  jail(name: string): Jail | undefined
}

/** fail2ban opens its socket before it has its jails. */
const START_MS = 3_000

export interface HostReportOptions {
  readonly host: string
  readonly socketPath: string
  /** Log files of a jail that bring nothing. */
  readonly missingOf?: (jail: string) => readonly string[]
  /** Undefined until somebody has looked. */
  readonly surroundings?: () => Surroundings | undefined
  /** What an earlier agent reported: which jails were stopped or idle is in no answer of fail2ban. */
  readonly earlier: HostSnapshot | undefined
}

export function createHostReport(options: HostReportOptions): HostReport {
  const { host, socketPath, earlier, missingOf = () => [] } = options
  const around = (): Pick<Host, 'surroundings'> => ({ surroundings: options.surroundings?.() })
  const settings = new Map<string, JailSettings>()
  const ignored = new Map<string, IgnoreList>()
  const idle = createIdleMarks()
  let jails = new Map<string, Jail>()
  let known: Pick<Host, 'version' | 'asOf' | 'database' | 'databaseDetail'> = { database: 'ok' }
  let since: string | undefined
  /** When fail2ban was started anew; undefined once its jails are there. */
  let startedAt: number | undefined
  for (const jail of earlier?.jails ?? []) {
    jails.set(jail.name, jail)
    if (jail.state === 'idle') idle.begin(jail.name)
  }

  function jailOf(status: JailStatus): Jail {
    const state: JailState = idle.isStill(status) ? 'idle' : 'active'
    return runningJail(status, state, settings.get(status.name), missingOf(status.name))
  }

  function snapshot(offline: Host['offline']): HostSnapshot {
    const list = [...jails.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1))
    return {
      host: {
        id: host,
        online: offline === undefined,
        ...known,
        ...(offline && { offline }),
        ...around(),
        currentlyBanned: list.reduce((sum, jail) => sum + jail.currentlyBanned, 0),
        jailCount: list.filter((jail) => jail.state !== 'stopped').length,
      },
      jails: list,
    }
  }

  return {
    online({ version, statuses, database, at }) {
      known = { version, asOf: new Date(at).toISOString(), ...database }
      since = undefined
      const isStarting = startedAt !== undefined && at - startedAt < START_MS
      if (isStarting && statuses.length === 0) return snapshot(undefined)
      const running = new Map(statuses.map((status) => [status.name, jailOf(status)]))
      const missing = isStarting ? [] : [...jails.values()].filter((jail) => !running.has(jail.name))
      const stopped = missing.map(stoppedJail)
      for (const jail of stopped) idle.end(jail.name)
      startedAt = undefined
      jails = new Map([...running, ...stopped.map((jail) => [jail.name, jail] as const)])
      return snapshot(undefined)
    },

    offline({ reason, message }, at) {
      since ??= new Date(at).toISOString()
      return snapshot({ reason, since, detail: message, remedy: REMEDIES[reason](socketPath) })
    },

    setSettings: (jail, read) => void settings.set(jail, read),
    setIgnored: (jail, list) => void ignored.set(jail, list),
    ignoreLists: () => Object.fromEntries([...ignored].filter(([jail]) => isRunning(jails.get(jail)))),
    setIdle(jail, isIdle) {
      const known = jails.get(jail)
      if (known) jails.set(jail, { ...known, state: isIdle ? 'idle' : 'active' })
      if (isIdle) idle.begin(jail)
      else idle.end(jail)
    },
    restarted(at) {
      startedAt = at
      idle.clear()
    },
    jail: (name) => jails.get(name),
  }
}

function runningJail(
  status: JailStatus,
  state: JailState,
  settings: JailSettings | undefined,
  missing: readonly string[],
): Jail {
  const missingSources = missing.length > 0 ? { missingSources: [...missing] } : {}
  return { ...status, sources: [...status.sources], state, ...settings, ...missingSources }
}

function isRunning(jail: Jail | undefined): boolean {
  return jail !== undefined && jail.state !== 'stopped'
}

interface IdleMarks {
  begin(jail: string): void
  end(jail: string): void
  clear(): void
  /** False, and the mark is gone, when the jail has counted a failure since: then somebody else has woken it. */
  isStill(status: JailStatus): boolean
}

/** Which jails are idle is in no answer of fail2ban: it is remembered, with the failures counted when it was first seen. */
function createIdleMarks(): IdleMarks {
  const counted = new Map<string, number | undefined>()
  return {
    begin: (jail) => void counted.set(jail, undefined),
    end: (jail) => void counted.delete(jail),
    clear: () => counted.clear(),
    isStill({ name, totalFailed }) {
      if (!counted.has(name)) return false
      if ((counted.get(name) ?? totalFailed) !== totalFailed) return !counted.delete(name)
      counted.set(name, totalFailed)
      return true
    },
  }
}

function stoppedJail(jail: Jail): Jail {
  const { missingSources: _, ...rest } = jail
  return { ...rest, state: 'stopped', currentlyBanned: 0, currentlyFailed: 0 }
}

const REMEDIES: Record<OfflineReason, (socketPath: string) => string> = {
  'socket-missing': () =>
    'Start it with: systemctl start fail2ban. If it runs, it uses another socket: set FAIL2BAN_SOCKET to its path (grep -r ^socket /etc/fail2ban/fail2ban.*), and in a container share the folder of the socket, not the socket itself.',
  'socket-stale': () =>
    'fail2ban has crashed and left its socket behind. Start it with: systemctl restart fail2ban. Why it ended may be in: journalctl -u fail2ban.',
  'permission-denied': (path) =>
    `Run the agent as root, or let its group use the socket: chgrp bangui ${path} && chmod 660 ${path}. fail2ban makes the socket anew at each start, so put that into ExecStartPost of its unit. Whoever may write to this socket is root.`,
  'not-answering': () =>
    'fail2ban is busy or hangs, most often in a slow action: its log tells. If it does not recover, restart it with: systemctl restart fail2ban.',
  'connection-lost': () =>
    'BanGUI connects again by itself. If this lasts, look whether fail2ban runs: systemctl status fail2ban.',
  'protocol-error': (path) =>
    `Check that ${path} is the socket of a fail2ban-server of version 0.10 or later; FAIL2BAN_SOCKET sets the path.`,
  starting: () => 'Wait a few seconds.',
  'agent-missing': () => 'Wait a few seconds.',
  'state-unknown': () => 'Wait a few seconds.',
}
