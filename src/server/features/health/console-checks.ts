import { dirname } from 'node:path'
import type { HealthCheck, ProxySeen } from '../../../shared/health.ts'
import type { ConsoleSample } from '../../state/app-runtime.ts'
import type { StateHealth } from '../../state/state-provider.ts'
import { check, found } from './fail2ban-checks.ts'

/** What of the settings decides a check. */
export interface ConsoleFacts {
  readonly provider: 'memory' | 'redis'
  readonly databasePath: string
  readonly listenHost: string
  /** Undefined: PUBLIC_URL is not set. */
  readonly isPublicUrlSecure: boolean | undefined
  /** Whether TRUST_PROXY says that there is a proxy. */
  readonly expectsProxy: boolean
}

const MB = 1_000_000
/** Below the first the database may be unable to grow any moment. */
const DISK_FULL_BYTES = 50 * MB
const DISK_LOW_BYTES = 500 * MB
/** Leases and limits go by the clock of Redis. */
const SKEW_MS = 2_000

const LOOPBACK = /^(?:127\.|::1$|localhost$)/

type About = Parameters<typeof check>[1]

/** Everything about the console itself. `sample` is undefined where nobody has looked lately. */
export function checksOfConsole(
  facts: ConsoleFacts,
  sample: ConsoleSample | undefined,
  state: StateHealth,
  /** What the request brought that asks; undefined where none does. */
  proxy: ProxySeen | undefined,
): HealthCheck[] {
  const whenLooked = (look: (sample: ConsoleSample) => About): About =>
    sample ? look(sample) : found('unknown', { cause: 'not-known', because: 'not-checked-yet' })
  return [
    check(
      'database',
      whenLooked(({ database }) => databaseOf(database, facts)),
    ),
    check('disk', whenLooked(diskOf)),
    check('state', stateOf(facts, state)),
    check('clock', clockOf(facts, state)),
    check('jobs', whenLooked(jobsOf)),
    check('proxy', proxyOf(facts, proxy)),
    check('encryption', encryptionOf(facts)),
  ]
}

function databaseOf({ fault, sizeBytes }: ConsoleSample['database'], { databasePath }: ConsoleFacts): About {
  if (fault === undefined) {
    return found('ok', { cause: 'writable', ...(sizeBytes !== undefined && { sizeBytes }) })
  }
  const finding = { cause: 'not-writable', detail: fault } as const
  return found('failing', finding, { kind: 'command', command: `ls -ld ${dirname(databasePath)}` })
}

function diskOf({ disk }: ConsoleSample): About {
  if (!disk) return found('ok', { cause: 'no-disk' })
  const { freeBytes, folder } = disk
  if (freeBytes >= DISK_LOW_BYTES) return found('ok', { cause: 'enough', freeBytes })
  const level = freeBytes < DISK_FULL_BYTES ? 'failing' : 'warning'
  return found(
    level,
    { cause: 'nearly-full', freeBytes, folder },
    { kind: 'command', command: `df -h ${folder}` },
  )
}

function stateOf({ provider }: ConsoleFacts, { ok, reasons, server }: StateHealth): About {
  if (!ok) {
    const finding = { cause: 'unreachable', detail: reasons.join(' ') } as const
    return found(
      'failing',
      finding,
      provider === 'redis' ? { kind: 'command', command: 'redis-cli ping' } : undefined,
    )
  }
  if (provider === 'memory') return found('ok', { cause: 'in-this-process' })
  if (!server) return found('unknown', { cause: 'not-known', because: 'not-checked-yet' })
  const { evictionPolicy, maxMemoryBytes, persistence, version } = server
  if (maxMemoryBytes > 0 && evictionPolicy !== 'noeviction') {
    const command = 'redis-cli config set maxmemory-policy noeviction'
    return found('warning', { cause: 'evicts', policy: evictionPolicy }, { kind: 'command', command })
  }
  if (persistence === 'none') {
    const command = 'redis-cli config set appendonly yes'
    return found('warning', { cause: 'not-kept' }, { kind: 'command', command })
  }
  return found('ok', { cause: 'in-redis', version })
}

function clockOf({ provider }: ConsoleFacts, { ok, server }: StateHealth): About {
  if (provider === 'memory') return found('ok', { cause: 'one-clock' })
  if (!ok) return found('unknown', { cause: 'not-known', because: 'state-unreachable' })
  if (!server) return found('unknown', { cause: 'not-known', because: 'not-checked-yet' })
  const skewMs = Math.abs(server.clockSkewMs)
  // Otherwise the answer of every worker would be another one.
  if (skewMs <= SKEW_MS) return found('ok', { cause: 'same-time', skewMs: Math.ceil(skewMs / 500) * 500 })
  const command = 'timedatectl set-ntp true'
  return found('warning', { cause: 'apart', skewMs: server.clockSkewMs }, { kind: 'command', command })
}

function jobsOf({ jobs }: ConsoleSample): About {
  if (jobs.overdue.length > 0) {
    return found('warning', { cause: 'overdue', jobs: jobs.overdue }, { kind: 'jobs' })
  }
  if (jobs.failed.length > 0) {
    return found('warning', { cause: 'failed', jobs: jobs.failed }, { kind: 'jobs' })
  }
  return found('ok', { cause: 'done' })
}

/** Whether what is in front of BanGUI is what TRUST_PROXY says. */
export function proxyOf(
  { expectsProxy }: Pick<ConsoleFacts, 'expectsProxy'>,
  proxy: ProxySeen | undefined,
): About {
  if (proxy === undefined) return found('unknown', { cause: 'not-known', because: 'not-checked-yet' })
  if (proxy === 'trusted') return found('ok', { cause: 'known-proxy' })
  if (proxy === 'ignored') {
    return found('warning', { cause: 'unknown-proxy' }, { kind: 'setting', name: 'TRUST_PROXY', value: '1' })
  }
  return expectsProxy ? found('warning', { cause: 'proxy-missing' }) : found('ok', { cause: 'no-proxy' })
}

/** As far as the settings tell: a proxy that encrypts for us is known by PUBLIC_URL alone. */
function encryptionOf({ listenHost, isPublicUrlSecure }: ConsoleFacts): About {
  if (isPublicUrlSecure === true) return found('ok', { cause: 'encrypted' })
  if (isPublicUrlSecure === undefined && LOOPBACK.test(listenHost)) {
    return found('ok', { cause: 'this-machine-only' })
  }
  return found(
    'warning',
    { cause: 'plain-http' },
    { kind: 'setting', name: 'PUBLIC_URL', value: 'https://bangui.example.org' },
  )
}
