import { CheckId } from '../../shared/health.ts'
import { readVersion } from '../startup/version.ts'
import { EXIT } from '../startup/exit-status.ts'
import type { ConsoleSample } from '../state/app-runtime.ts'
import { createHostDirectory } from '../state/host-directory.ts'
import type { RedisTarget } from '../state/redis/redis-target.ts'
import { diagnosesOfConsole, secretsOf } from './console-diagnoses.ts'
import { lookAtDatabase, type DatabaseLook } from './database-look.ts'
import { inTime, type Diagnosis, type DoctorCheckId } from './diagnosis.ts'
import { diagnosesOfLook, diagnosesOfReport, futureBans } from './fail2ban-diagnoses.ts'
import { lookAtFail2ban, type Fail2banLook, type Fail2banPlace } from './fail2ban-look.ts'
import { entryOf, lookAtRedis, type RedisLook } from './redis-look.ts'
import { jsonReport, mistakesReport, textReport } from './report.ts'
import { diagnosesOfServer } from './server-diagnoses.ts'

/** What of the settings a doctor needs: those that the server itself would start with. */
export interface DoctorConfig {
  readonly state:
    | { readonly kind: 'memory' }
    | { readonly kind: 'redis'; readonly target: RedisTarget; readonly allowEviction: boolean }
  readonly roles: ReadonlySet<'web' | 'jobs' | 'agent'>
  readonly hostId: string
  readonly listen: { readonly host: string; readonly port: number }
  readonly publicUrl:
    { readonly origin: string; readonly basePath: string; readonly secure: boolean } | undefined
  readonly trustProxy: number | readonly string[]
  readonly database: { readonly path: string }
  readonly sessionSecrets: readonly string[] | undefined
  readonly fail2ban: Fail2banPlace
  readonly warnings: readonly string[]
}

export interface DoctorInput {
  readonly settings: { readonly config: DoctorConfig } | { readonly mistakes: readonly string[] }
  readonly json: boolean
  /** Tells also what is well. */
  readonly verbose: boolean
  readonly write: (text: string) => void
}

/**
 * Looks at everything BanGUI needs, with the settings of the server, and tells what is wrong with it. Changes nothing, takes no
 * lease, and ends in bounded time. Resolves with the exit status: 0 nothing is failing, 1 something is, 78 the settings are wrong.
 */
export async function runDoctor({ settings, json, verbose, write }: DoctorInput): Promise<number> {
  if ('mistakes' in settings) {
    write(mistakesReport(settings.mistakes, json))
    return EXIT.misconfigured
  }
  const diagnoses = await examine(settings.config)
  write(json ? jsonReport(diagnoses) : textReport(diagnoses, verbose))
  return diagnoses.some(({ level }) => level === 'failing') ? EXIT.failed : EXIT.stopped
}

/** Longer than each part allows itself; only what hangs for good gets here. */
const LOOK_MS = 12_000
/** As long as what a console has sampled says something about now. */
const SAMPLE_HOLDS_MS = 30_000

/** Everything that was looked at. */
interface Looks {
  readonly fail2ban: Fail2banLook | 'late' | undefined
  readonly redis: RedisLook | undefined
  readonly database: DatabaseLook | 'late' | undefined
}

async function examine(config: DoctorConfig): Promise<Diagnosis[]> {
  const { state, roles, hostId } = config
  const hasDatabase = roles.has('web') || roles.has('jobs')
  const [fail2ban, redis, database] = await Promise.all([
    roles.has('agent')
      ? inTime(LOOK_MS, lookAtFail2ban(config.fail2ban, hostId), 'late' as const)
      : undefined,
    state.kind === 'redis' ? lookAtRedis(state.target) : undefined,
    hasDatabase
      ? inTime(LOOK_MS, lookAtDatabase(config.database.path, Date.now()), 'late' as const)
      : undefined,
  ])
  const looks = { fail2ban, redis, database }
  return inOrder([settingsOf(config), ...ofFail2ban(config, looks), ...(await ofConsole(config, looks))])
}

function settingsOf({ warnings }: DoctorConfig): Diagnosis {
  if (warnings.length === 0) return { id: 'settings', level: 'ok', finding: { cause: 'settings-fine' } }
  return { id: 'settings', level: 'warning', finding: { cause: 'settings-advice', advice: warnings } }
}

function ofFail2ban({ fail2ban: place, hostId }: DoctorConfig, looks: Looks): Diagnosis[] {
  const { fail2ban, redis } = looks
  const now = Date.now()
  const own =
    fail2ban === 'late' ? [late('fail2ban')] : fail2ban ? diagnosesOfLook(fail2ban, place.socket, now) : []
  if (redis?.kind !== 'there') {
    if (fail2ban || !redis) return own
    const finding = { cause: 'not-known', because: 'state-unreachable' } as const
    return [{ id: 'fail2ban', level: 'unknown', finding }]
  }
  // Its own fail2ban it knows better than an agent's report.
  const { runtime } = redis
  const hosts = createHostDirectory({
    runtime: {
      get: (key) => entryOf(runtime, String(key)),
      keys: () => [...runtime.keys()],
      staleMs: () => 0,
    },
    host: hostId,
    now: Date.now,
    startedAt: 0,
  }).list()
  const reports = hosts.flatMap((snapshot) => {
    const told = diagnosesOfReport(snapshot, sampleIn(redis), now)
    if (fail2ban === undefined || snapshot.host.id !== hostId) return told
    // Where no console has been at work lately, the agent is missing because nobody has started it.
    const isAtWork = sampleIn(redis) !== undefined
    return told.filter(
      ({ id, level }) => (id === 'agent' && (isAtWork || level === 'ok')) || id === 'ban-feed',
    )
  })
  return [...own, ...reports]
}

async function ofConsole(config: DoctorConfig, looks: Looks): Promise<Diagnosis[]> {
  const { state, roles, listen, publicUrl, sessionSecrets, database: place } = config
  const { redis, fail2ban } = looks
  const database = looks.database === 'late' ? undefined : looks.database
  const expectsProxy = config.trustProxy !== 0
  const diagnoses = diagnosesOfConsole({
    facts: {
      provider: state.kind,
      databasePath: place.path,
      listenHost: listen.host,
      isPublicUrlSecure: publicUrl?.secure,
      expectsProxy,
    },
    database,
    redis,
    listens: roles.has('web'),
    allowEviction: state.kind === 'redis' && state.allowEviction,
    sample: redis?.kind === 'there' ? sampleIn(redis) : undefined,
  })
  const secrets = database && secretsOf(database, { backend: state.kind, secrets: sessionSecrets })
  const ahead = fail2ban && fail2ban !== 'late' ? futureBans(fail2ban, Date.now()) : undefined
  const installationId = database?.installationId ?? (redis?.kind === 'there' ? redis.owner : undefined)
  const server = roles.has('web')
    ? await diagnosesOfServer({ listen, publicUrl, expectsProxy, version: readVersion(), installationId })
    : []
  return [
    ...diagnoses.filter(({ id, level }) => !(id === 'clock' && ahead && level === 'ok')),
    ...(ahead ? [ahead] : []),
    ...(looks.database === 'late' ? [late('database')] : []),
    ...(secrets ? [secrets] : []),
    ...server,
  ]
}

function sampleIn({ runtime }: Extract<RedisLook, { kind: 'there' }>): ConsoleSample | undefined {
  const entry = entryOf(runtime, 'checks/console')
  return entry && Date.now() - entry.at <= SAMPLE_HOLDS_MS ? entry.value : undefined
}

function late(id: DoctorCheckId): Diagnosis {
  return { id, level: 'failing', finding: { cause: 'no-time', seconds: LOOK_MS / 1_000 } }
}

/** As on the Health page; what only a doctor looks at comes after. */
const ORDER: readonly DoctorCheckId[] = ['settings', ...CheckId.options, 'secrets', 'server', 'address']

function inOrder(diagnoses: readonly Diagnosis[]): Diagnosis[] {
  return diagnoses.toSorted((a, b) => ORDER.indexOf(a.id) - ORDER.indexOf(b.id))
}
