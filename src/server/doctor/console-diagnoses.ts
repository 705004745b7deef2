import { checksOfConsole, type ConsoleFacts } from '../features/health/console-checks.ts'
import { fingerprintsOf, acceptEachOther } from '../startup/secret-fingerprints.ts'
import type { ConsoleSample } from '../state/app-runtime.ts'
import type { StateHealth } from '../state/state-provider.ts'
import type { DatabaseLook } from './database-look.ts'
import type { Diagnosis } from './diagnosis.ts'
import type { RedisLook } from './redis-look.ts'

export interface ConsoleLooks {
  readonly facts: ConsoleFacts
  /** Undefined: this process has no database. */
  readonly database: DatabaseLook | undefined
  /** Undefined: it has no Redis. */
  readonly redis: RedisLook | undefined
  readonly allowEviction: boolean
  /** Whether browsers come to this process. */
  readonly listens: boolean
  /** What a console at work has sampled lately. */
  readonly sample: ConsoleSample | undefined
}

const NOTHING_SAMPLED: ConsoleSample = {
  database: {},
  jobs: { failed: [], overdue: [] },
  leases: {},
  feeds: {},
  failedTotals: {},
}

/** BanGUI itself, by the rules of the Health page wherever it has them. */
export function diagnosesOfConsole(looks: ConsoleLooks): Diagnosis[] {
  const { facts, database, redis, sample } = looks
  const looked = { ...NOTHING_SAMPLED, ...sample, ...database?.sample }
  const skipped = new Set<string>([
    // Told by whoever listens, if anybody does.
    'proxy',
    ...(sample ? [] : ['jobs']),
    ...(database ? [] : ['database', 'disk']),
    ...(looks.listens ? [] : ['encryption']),
  ])
  const checks = checksOfConsole(facts, looked, healthOf(redis), undefined)
    .filter(({ id }) => !skipped.has(id))
    .flatMap((check): Diagnosis[] => {
      const { finding } = check
      return finding.cause === 'away' ? [] : [{ ...check, finding }]
    })
  return checks.map((check) => {
    if (check.id === 'database' && database) return databaseOf(database, facts) ?? check
    if (check.id === 'state' && redis) return stateOf(redis, looks) ?? check
    return check
  })
}

function databaseOf({ broken, tooNew }: DatabaseLook, facts: ConsoleFacts): Diagnosis | undefined {
  if (tooNew !== undefined) {
    return { id: 'database', level: 'failing', finding: { cause: 'database-too-new', migration: tooNew } }
  }
  if (broken === undefined) return undefined
  const finding = { cause: 'database-broken', path: facts.databasePath, detail: broken } as const
  return { id: 'database', level: 'failing', finding }
}

/** As the provider would describe it. */
function healthOf(redis: RedisLook | undefined): StateHealth {
  const common = { warnings: [], sampledAt: Date.now() }
  if (!redis) return { ...common, ok: true, reasons: [] }
  if (redis.kind === 'there') return { ...common, ok: true, reasons: [], server: redis.server }
  return { ...common, ok: false, reasons: [redis.detail] }
}

/** What keeps BanGUI from starting with this Redis. */
function stateOf(redis: RedisLook, { database, allowEviction }: ConsoleLooks): Diagnosis | undefined {
  const failing = (finding: Diagnosis['finding']): Diagnosis => ({ id: 'state', level: 'failing', finding })
  if (redis.kind === 'refused') return failing({ cause: 'redis-refused', detail: redis.detail })
  if (redis.kind === 'away') return undefined
  const { server, owner } = redis
  const evicts = server.maxMemoryBytes > 0 && server.evictionPolicy !== 'noeviction'
  if (evicts && !allowEviction) return failing({ cause: 'evicts-refused', policy: server.evictionPolicy })
  const ours = database?.installationId
  if (owner !== undefined && database && owner !== ours) {
    // As short as where BanGUI itself names them.
    const theirs = owner.slice(0, 8)
    return failing({ cause: 'redis-of-another', theirs, ours: ours?.slice(0, 8) ?? 'a new one' })
  }
  return owner === undefined && !database ? failing({ cause: 'redis-unclaimed' }) : undefined
}

/** Whether this process could serve beside those that serve its database; undefined where there are none. */
export function secretsOf(
  { holders, storedSecret }: DatabaseLook,
  ours: { readonly backend: 'memory' | 'redis'; readonly secrets: readonly string[] | undefined },
): Diagnosis | undefined {
  if (holders.length === 0) return undefined
  const rival = holders.find(({ provider }) => provider !== ours.backend)
  if (rival) {
    const finding = {
      cause: 'other-backend',
      ours: ours.backend,
      theirs: rival.provider,
      holder: rival.name,
    } as const
    return { id: 'secrets', level: 'failing', finding }
  }
  const secrets = ours.secrets ?? (storedSecret === undefined ? [] : [storedSecret])
  const prints = fingerprintsOf(secrets)
  const stranger = holders.find(
    ({ fingerprints }) =>
      fingerprints.length > 0 && prints.length > 0 && !acceptEachOther(prints, fingerprints),
  )
  if (!stranger) return { id: 'secrets', level: 'ok', finding: { cause: 'secrets-agree' } }
  const finding = {
    cause: 'secrets-differ',
    ours: prints.join(','),
    theirs: stranger.fingerprints.join(','),
    holder: stranger.name,
  } as const
  return { id: 'secrets', level: 'failing', finding }
}
