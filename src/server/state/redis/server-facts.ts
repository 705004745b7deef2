import { StateMisconfigured, type StateServer } from '../state-provider.ts'
import type { RedisClient } from './connections.ts'
import { keys } from './keys.ts'
import { describeTarget, type RedisTarget } from './redis-target.ts'

/** BullMQ and the scripts of this provider need it. */
const LEAST_VERSION = [6, 2] as const
/** Beyond the first it is said; beyond the second no jobs are run, since BullMQ goes by the clock of each process. */
export const SKEW_WARNING_MS = 2_000
export const SKEW_LIMIT_MS = 10_000

/** What `verify` learns; `latencyMs` and `clockSkewMs` are measured more often elsewhere. */
export type ServerFacts = Omit<StateServer, 'latencyMs' | 'clockSkewMs'>

/** Asks the server about itself. INFO, not CONFIG: the latter is rightly refused to an application's user. */
export async function readServerFacts(client: RedisClient, target: RedisTarget): Promise<ServerFacts> {
  const sections = await Promise.all(
    ['server', 'replication', 'memory', 'persistence'].map((section) => client.info(section)),
  )
  const info = parseInfo(sections.join('\n'))
  const [aof, saves] = [info['aof_enabled'] === '1', info['rdb_last_save_time'] !== undefined]
  return {
    version: info['redis_version'] ?? 'unknown',
    topology: target.at.kind,
    role: info['role'] ?? 'unknown',
    usedMemoryBytes: Number(info['used_memory'] ?? 0),
    maxMemoryBytes: Number(info['maxmemory'] ?? 0),
    evictionPolicy: info['maxmemory_policy'] ?? 'unknown',
    persistence: aof ? 'aof' : saves && savesItself(info) ? 'rdb' : 'none',
  }
}

/** INFO does not tell the save points; a server that has them saves sooner or later, or has read a file when it started. */
function savesItself(info: Readonly<Record<string, string>>): boolean {
  return Number(info['rdb_saves'] ?? 0) > 0 || Number(info['rdb_last_load_keys_loaded'] ?? 0) > 0
}

function parseInfo(text: string): Record<string, string> {
  return Object.fromEntries(
    text.split(/\r?\n/).flatMap((line) => {
      const colon = line.indexOf(':')
      return colon > 0 && !line.startsWith('#') ? [[line.slice(0, colon), line.slice(colon + 1)]] : []
    }),
  )
}

export interface ServerExpectations {
  readonly target: RedisTarget
  /** Of this installation: the Redis must be its own. Undefined: whose it is has to be found out. */
  readonly clusterId: string | undefined
  readonly allowEviction: boolean
}

/** Why this Redis can never serve this console, with the remedy; throws StateMisconfigured. */
export function judgeServer(facts: ServerFacts, { allowEviction, target }: ServerExpectations): void {
  const where = describeTarget(target)
  const [major = 0, minor = 0] = facts.version.split('.').map(Number)
  const isOld = major < LEAST_VERSION[0] || (major === LEAST_VERSION[0] && minor < LEAST_VERSION[1])
  if (isOld) {
    throw new StateMisconfigured(
      `Redis ${facts.version} at ${where} is too old: BanGUI needs ${LEAST_VERSION.join('.')} or newer. Update it, or set REDIS_URL to a newer one.`,
    )
  }
  // The node of a cluster that was asked may be any; the commands themselves find the masters.
  if (facts.role !== 'master' && facts.topology === 'sentinel')
    throw new Error('Sentinel has not found the master yet.')
  if (facts.role !== 'master' && facts.topology === 'standalone') {
    throw new StateMisconfigured(
      `The Redis at ${where} is a replica (role ${facts.role}) and takes no writes. Set REDIS_URL to the master, or let Sentinel find it with REDIS_SENTINELS and REDIS_MASTER_NAME.`,
    )
  }
  if (evicts(facts) && !allowEviction) {
    throw new StateMisconfigured(
      `The Redis at ${where} throws away keys when its memory is full (maxmemory-policy ${facts.evictionPolicy}): people would be signed out and jobs lost without a word. Run: redis-cli config set maxmemory-policy noeviction (and write it to redis.conf) · or accept that with BANGUI_ALLOW_EVICTION=1.`,
    )
  }
}

function evicts({ evictionPolicy, maxMemoryBytes }: ServerFacts): boolean {
  return maxMemoryBytes > 0 && evictionPolicy !== 'noeviction'
}

/** What works and still needs a look. */
export function warningsAbout(facts: StateServer): string[] {
  const warnings: string[] = []
  if (evicts(facts)) {
    warnings.push(
      `Redis throws away keys when its memory is full (maxmemory-policy ${facts.evictionPolicy}). Set it to noeviction.`,
    )
  }
  if (facts.persistence === 'none') {
    warnings.push(
      'Redis keeps nothing on disk: when it restarts, everybody has to sign in again. Set `appendonly yes` in redis.conf.',
    )
  }
  if (Math.abs(facts.clockSkewMs) > SKEW_WARNING_MS) {
    const seconds = Math.round(Math.abs(facts.clockSkewMs) / 1_000)
    const effect =
      Math.abs(facts.clockSkewMs) > SKEW_LIMIT_MS ? ' No background jobs are run here until they agree.' : ''
    warnings.push(
      `The clock of this machine is ${seconds} s ${facts.clockSkewMs > 0 ? 'behind' : 'ahead of'} that of Redis. Synchronise both (systemd-timesyncd or chrony).${effect}`,
    )
  }
  return warnings
}

/**
 * Makes an empty Redis ours, and resolves with the id of the installation that it belongs to; throws StateMisconfigured when
 * that is another one. Where it is ours already nothing is written, since it may be full.
 */
export async function claimServer(
  client: RedisClient,
  { target, clusterId }: ServerExpectations,
): Promise<string> {
  let owner = await client.get(keys.cluster)
  if (owner === null && clusterId !== undefined) {
    await client.set(keys.cluster, clusterId, 'NX')
    owner = await client.get(keys.cluster)
  }
  if (owner === null) {
    throw new Error(
      `The Redis at ${describeTarget(target)} is empty: no BanGUI with the role web or jobs has used it yet. Waiting for one.`,
    )
  }
  if (clusterId === undefined || owner === clusterId) return owner
  throw new StateMisconfigured(
    `The Redis at ${describeTarget(target)} belongs to another BanGUI installation (its id is ${owner.slice(0, 8)}, that of this database is ${clusterId.slice(0, 8)}). Set REDIS_URL to a Redis, or a database number, of this installation's own. If that other one is no more: redis-cli del '${keys.cluster}'.`,
  )
}
