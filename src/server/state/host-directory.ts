import type { HostSnapshot } from '../../shared/host.ts'
import type { Jail } from '../../shared/jail.ts'
import { AppError } from '../lib/errors.ts'
import type { AppRuntime } from './app-runtime.ts'
import type { RuntimeState } from './state-provider.ts'

/** The hosts as their agents last described them. No round trip, and never waits for fail2ban. */
export interface HostDirectory {
  /** By id; always has the host of this installation. Frozen, and the same object until something changes. */
  list(): readonly HostSnapshot[]
  /** Throws `host-not-found`. */
  get(host: string): HostSnapshot
  /** Throws `host-not-found` or `jail-not-found`. */
  jail(host: string, jail: string): Jail
}

/** Agents renew their snapshot every two seconds, even while fail2ban is away. */
const AGENT_SILENCE_MS = 10_000

const HOST_KEY = /^host\/(.+)$/

export function createHostDirectory(deps: {
  runtime: Pick<RuntimeState<AppRuntime>, 'get' | 'keys' | 'staleMs'>
  /** Id of the host that this installation expects an agent for. */
  host: string
  now: () => number
  /** Since when an agent's report could have been heard; from now on unless given. */
  startedAt?: number
}): HostDirectory {
  const { runtime, now } = deps
  const startedAt = deps.startedAt ?? now()
  const starting = neverSeen(deps.host, {
    reason: 'starting',
    since: new Date(startedAt).toISOString(),
    detail: 'BanGUI has just started and has not reached fail2ban yet.',
    remedy: 'Wait a few seconds.',
  })
  const missing = neverSeen(deps.host, agentMissing(startedAt))
  /** By the snapshot that was the agent's last. */
  const silenced = new WeakMap<HostSnapshot, HostSnapshot>()
  let listed: readonly HostSnapshot[] = Object.freeze([])

  function find(id: string): HostSnapshot | undefined {
    const entry = runtime.get(`host/${id}`)
    const cutOffMs = runtime.staleMs()
    if (entry && cutOffMs > AGENT_SILENCE_MS) return offline(entry.value, cutOff(now() - cutOffMs))
    if (entry) {
      return now() - entry.at > AGENT_SILENCE_MS ? offline(entry.value, agentMissing(entry.at)) : entry.value
    }
    if (id !== deps.host) return undefined
    return now() - startedAt > AGENT_SILENCE_MS ? missing : starting
  }

  /** The last known facts of a host of which nothing more is heard. */
  function offline(last: HostSnapshot, why: Offline): HostSnapshot {
    const known = silenced.get(last)
    if (known?.host.offline?.reason === why.reason) return known
    const host = { ...last.host, online: false, offline: why }
    const snapshot = Object.freeze({ host, jails: last.jails })
    silenced.set(last, snapshot)
    return snapshot
  }

  function get(id: string): HostSnapshot {
    const snapshot = find(id)
    if (!snapshot) throw new AppError('host-not-found', `There is no host called ${id}.`)
    return snapshot
  }

  return {
    get,

    list() {
      const ids = new Set([deps.host])
      for (const key of runtime.keys()) {
        const id = HOST_KEY.exec(String(key))?.[1]
        if (id !== undefined) ids.add(id)
      }
      const snapshots = [...ids].toSorted().flatMap((id) => find(id) ?? [])
      const same =
        snapshots.length === listed.length && snapshots.every((snapshot, index) => snapshot === listed[index])
      if (!same) listed = Object.freeze(snapshots)
      return listed
    },

    jail(host, name) {
      const jail = get(host).jails.find((candidate) => candidate.name === name)
      if (!jail) throw new AppError('jail-not-found', `There is no jail called ${name} on ${host}.`)
      return jail
    },
  }
}

type Offline = NonNullable<HostSnapshot['host']['offline']>

function agentMissing(since: number): Offline {
  return {
    reason: 'agent-missing',
    since: new Date(since).toISOString(),
    detail: 'No process of BanGUI with the role agent reports about this fail2ban.',
    remedy:
      'Start BanGUI beside fail2ban with the role agent (BANGUI_ROLES) and this host’s id (BANGUI_HOST).',
  }
}

/** The agent may be well: it is we who hear nothing. */
function cutOff(since: number): Offline {
  return {
    reason: 'state-unknown',
    since: new Date(since).toISOString(),
    detail:
      'This process of BanGUI cannot reach the shared state (Redis), so it hears nothing of this fail2ban.',
    remedy:
      'It tries again all the time. Look whether Redis runs, and at the Health page of another replica.',
  }
}

function neverSeen(id: string, offline: Offline): HostSnapshot {
  const host = { id, online: false, offline, database: 'ok' as const, currentlyBanned: 0, jailCount: 0 }
  return Object.freeze({ host, jails: [] })
}
