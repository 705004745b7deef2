import { fileURLToPath } from 'node:url'
import type { Express } from 'express'
import { createApp } from './app.ts'
import type { Config } from './config.ts'
import { createConsole, type Console } from './console.ts'
import { createAuthFeature } from './features/auth/auth.feature.ts'
import { createPasswords } from './features/auth/password.ts'
import { createSessionCount } from './features/auth/session-count.ts'
import { startupAccounts } from './features/auth/setup.ts'
import { clusterEndpoints } from './features/cluster/cluster.endpoints.ts'
import { createClusterService, type ClusterService } from './features/cluster/cluster.service.ts'
import { createHealthFeature, type HealthFeature } from './features/health/health.feature.ts'
import { createReadiness, type ReadinessCheck } from './features/health/readiness.ts'
import { runLedgerJobs } from './features/jobs/run-ledger.jobs.ts'
import { createRunLedger } from './features/jobs/run-ledger.repository.ts'
import { createMeters } from './features/metrics/meters.ts'
import { createMetricsFeature } from './features/metrics/metrics.feature.ts'
import type { JobScheduler } from './jobs/job.ts'
import { createScheduler } from './providers.ts'
import type { Database, Ground } from './ground.ts'
import { pause } from './lib/pause.ts'
import { addressLine, announceAccounts } from './startup/announcements.ts'
import { listen } from './startup/http-server.ts'
import { installationMark } from './startup/installation-id.ts'
import { stage } from './startup/stages.ts'

const WEB_ROOT = fileURLToPath(new URL('../../dist/web', import.meta.url))
/** How long a proxy has to hear from /readyz that this process stops, which goes on serving meanwhile: see docker/Caddyfile. */
const NOTICE_MS = 3_000
const DRAIN_MS = 8_000
const STOP_MS = 4_000

/** The roles web and jobs: everything that works on the database. */
export interface Site {
  readonly app: Express
  readonly console: Console
  /** Once the state provider has started. */
  startJobs(): Promise<void>
  /** All roles of this process have begun. */
  began(): void
  isReady(): boolean
  /** From now on this process refuses to be ready. */
  drain(): void
}

/** Puts the console together; nothing of it runs yet. */
export async function openSite(ground: Ground, database: Database): Promise<Site> {
  const { config, log, state, identity } = ground
  const { db, secrets } = database
  const now = Date.now
  const passwords = createPasswords()
  await stage(log, 'accounts', async () => {
    const { admin, setupToken } = config
    const accounts = await startupAccounts({ db, passwords, admin, setupToken })
    announceAccounts(log, accounts, { hasConfiguredToken: setupToken !== undefined })
  })
  const meters = createMeters(now)
  const limits = config.metrics ? meters.watchLimits(state.limits) : state.limits
  const auth = createAuthFeature({
    db,
    state: { sessions: state.sessions, limits, bus: state.bus },
    secrets,
    passwords,
    bansOf: (address) => console_.bansOf(address),
    log,
  })
  const { findUser } = auth
  const { hostId: host, fixedSettings, environment } = config
  const ledger = createRunLedger({ db, now })
  const scheduler = await createScheduler(config, { ledger, state, version: identity.version, log })
  const trigger = (job: string) => scheduler.trigger(job)
  const console_ = createConsole({ db, state, host, fixedSettings, environment, findUser, trigger, log, now })
  const jobs = [...console_.jobs, ...runLedgerJobs({ ledger, now })]
  for (const job of jobs) scheduler.define(config.metrics ? meters.watchJob(job) : job)

  const life = { begun: false, draining: false, unknownProxy: false }
  const readiness = createReadiness({
    version: identity.version,
    installation: installationMark(database.installationId),
    isDraining: () => life.draining,
    checks: checksOf(ground, database, console_, life),
  })
  const cluster = createClusterService({ state, jobs, scheduler, log, now })
  const health = healthOf(ground, database, console_, scheduler, cluster)
  const app = createApp({
    log,
    state: { sessions: state.sessions, limits },
    findUser,
    noteSeen: auth.noteSeen,
    endpoints: [...auth.endpoints, ...console_.endpoints, ...clusterEndpoints(cluster), ...health.endpoints],
    publicUrl: config.publicUrl,
    trustProxy: config.trustProxy,
    sessionSecrets: secrets,
    webRoot: WEB_ROOT,
    version: identity.version,
    readiness,
    isDraining: () => life.draining,
    onUnknownProxy: () => void (life.unknownProxy = true),
    ...(config.metrics && {
      metrics: metricsOf(ground, database, console_, scheduler, meters, config.metrics),
    }),
  })
  return {
    app,
    console: console_,
    startJobs: () => startJobs(ground, console_, scheduler, health),
    began: () => void (life.begun = true),
    isReady: () => readiness().ready,
    drain: () => void (life.draining = true),
  }
}

function healthOf(
  { config, identity, state, log }: Ground,
  { db }: Database,
  { hosts }: Console,
  scheduler: JobScheduler,
  cluster: ClusterService,
): HealthFeature {
  const { environment, database, listen, publicUrl, trustProxy, roles, fail2ban } = config
  return createHealthFeature({
    version: identity.version,
    db,
    state,
    hosts,
    scheduler,
    describeCluster: () => cluster.describe(),
    environment,
    facts: {
      provider: state.kind,
      databasePath: database.path,
      listenHost: listen.host,
      isPublicUrlSecure: publicUrl?.secure,
      expectsProxy: trustProxy !== 0,
      socketPath: roles.has('agent') ? fail2ban.socket : undefined,
    },
    log,
    now: Date.now,
  })
}

function metricsOf(
  ground: Ground,
  { db }: Database,
  console_: Console,
  scheduler: JobScheduler,
  meters: ReturnType<typeof createMeters>,
  { token }: NonNullable<Config['metrics']>,
) {
  const { state, identity, vitals, workerLink } = ground
  const metrics = createMetricsFeature({
    version: identity.version,
    state,
    meters,
    openStreams: () => console_.events.openStreams,
    hosts: console_.hosts,
    jobStatuses: () => scheduler.status(),
    countSessions: createSessionCount({ db, sessions: state.sessions, now: Date.now }),
    vitals,
    token,
    ...(workerLink && { collectFromWorkers: () => workerLink.collectMetrics() }),
  })
  workerLink?.serveMetrics(metrics.collect)
  return metrics
}

/** A process without the role jobs triggers them and tells about them; their runs are left to others. */
async function startJobs(
  { config, opened }: Ground,
  console_: Console,
  scheduler: JobScheduler,
  { sampler }: HealthFeature,
): Promise<void> {
  opened.defer(() => sampler.stop())
  sampler.start()
  opened.defer(() => scheduler.stop(STOP_MS))
  opened.defer(() => console_.ingest.stop())
  if (config.roles.has('jobs')) await console_.ingest.start()
  await scheduler.start()
}

/**
 * Listens; the returned function gives a proxy notice where there is one, accepts nothing new, ends live streams and lets
 * requests under way finish. `stop` says whether the process ends because it was asked to.
 */
export async function openHttp(
  { config, log, workerLink }: Ground,
  site: Site,
  stop: AbortSignal,
): Promise<() => Promise<void>> {
  await site.console.events.start()
  const server = await stage(log, 'http', () => listen(site.app, config.listen))
  const { host, port } = server
  log.info({ host, port, ms: Math.round(performance.now()) }, addressLine({ host, port }, config.publicUrl))
  return async () => {
    site.drain()
    server.keepNoConnection()
    // What is meant for a worker goes to the others at once.
    if (stop.aborted && config.trustProxy !== 0 && !workerLink) await pause(NOTICE_MS)
    const closed = server.close(DRAIN_MS)
    // Only now: those who read them come back at once, and should meet another process.
    site.console.events.stop()
    await closed
  }
}

/** fail2ban being away is reported, but never makes the process unready: its screens say what is wrong. */
function checksOf(
  { state }: Ground,
  { lease }: Database,
  console_: Console,
  life: { readonly begun: boolean; readonly unknownProxy: boolean },
): ReadinessCheck[] {
  const offline = (): string[] =>
    console_.hosts.list().flatMap(({ host }) => (host.offline ? [`${host.id}: ${host.offline.detail}`] : []))
  return [
    { name: 'state', required: true, problem: () => state.health().reasons.join(' ') || undefined },
    {
      name: 'lease',
      required: true,
      problem: () => (lease.lost.aborted ? 'Another process has taken over this database.' : undefined),
    },
    {
      name: 'begun',
      required: true,
      problem: () => (life.begun ? undefined : 'This process has not begun its work yet.'),
    },
    {
      name: 'proxy',
      required: false,
      problem: () =>
        life.unknownProxy ? 'Requests come through a proxy that TRUST_PROXY does not name.' : undefined,
    },
    { name: 'advice', required: false, problem: () => state.health().warnings.join(' ') || undefined },
    { name: 'fail2ban', required: false, problem: () => offline().join(' ') || undefined },
  ]
}
