import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { createAgent } from './agent/agent.ts'
import type { Config } from './config.ts'
import { openDatabase } from './db/database.ts'
import { loadSessionSecrets } from './features/auth/session-secrets.ts'
import { createInstanceRegistry, type InstanceIdentity } from './features/cluster/instance-registry.ts'
import { createFail2banClient } from './fail2ban/socket-client.ts'
import type { Database, Ground } from './ground.ts'
import type { Logger } from './lib/logger.ts'
import { pause, within } from './lib/pause.ts'
import { watchVitals } from './lib/process-vitals.ts'
import { createStateProvider } from './providers.ts'
import { openHttp, openSite, type Site } from './site.ts'
import { loadInstallationId } from './startup/installation-id.ts'
import { acquireInstanceLease } from './startup/instance-lease.ts'
import { fingerprintsOf } from './startup/secret-fingerprints.ts'
import { stage } from './startup/stages.ts'
import { readVersion } from './startup/version.ts'
import type { WorkerLink } from './startup/worker-link.ts'
import { StateUnavailable } from './state/state-provider.ts'

const STOP_MS = 4_000
/** Longer than this fail2ban counts as not answering. */
const ANSWER_MS = 5_000
/** A state provider that takes longer than this to start is not waited for: the process listens, and says that it is away. */
const STATE_GRACE_MS = 2_000
const START_AGAIN_MS = 500

export interface Runtime extends AsyncDisposable {
  /** Aborts when this process can serve no longer; the reason says why. */
  readonly lost: AbortSignal
}

/**
 * Opens everything in order and closes it in reverse; a failure half-way closes what was opened. Which roles there are
 * decides what is opened: a process that is an agent alone has neither a database nor an HTTP server.
 */
export async function openRuntime(
  config: Config,
  log: Logger,
  stop: AbortSignal,
  workerLink?: WorkerLink,
): Promise<Runtime> {
  const opened = new AsyncDisposableStack()
  try {
    return await openParts({ config, log, stop, workerLink, opened })
  } catch (error) {
    await opened.disposeAsync()
    throw error
  }
}

interface Given {
  readonly config: Config
  readonly log: Logger
  readonly stop: AbortSignal
  readonly workerLink: WorkerLink | undefined
  readonly opened: AsyncDisposableStack
}

async function openParts({ config, log, stop, workerLink, opened }: Given): Promise<Runtime> {
  const identity = identify(config, workerLink)
  const about = { version: identity.version, node: process.version, provider: config.state.kind }
  log.info({ ...about, pid: process.pid, instance: identity.id, roles: identity.roles }, 'BanGUI starts')

  const hasDatabase = config.roles.has('web') || config.roles.has('jobs')
  const database = hasDatabase ? await openSharedDatabase(config, log, stop, opened) : undefined
  const state = await createStateProvider(config, database, log)
  opened.defer(() => state.stop(STOP_MS))
  const vitals = watchVitals()
  opened.defer(() => vitals.stop())
  const ground: Ground = { config, log, identity, state, vitals, workerLink, opened }

  const site = database && (await openSite(ground, database))
  const failed = new AbortController()
  const serving = serve(ground, site, stop)
  serving.catch((error: unknown) => failed.abort(error))
  // With Redis away nothing more can begin; the console listens all the same, and says so.
  await within(STATE_GRACE_MS, serving)
  const closeHttp = site && config.roles.has('web') ? await openHttp(ground, site, stop) : undefined
  if (!closeHttp) log.info({ ms: Math.round(performance.now()) }, `ready: ${identity.roles.join(' and ')}`)

  return {
    lost: AbortSignal.any([failed.signal, ...(database ? [database.lease.lost] : [])]),
    async [Symbol.asyncDispose]() {
      // First of all: nothing new is taken while what it works with still works.
      await closeHttp?.()
      await within(
        STOP_MS,
        serving.catch(() => undefined),
      )
      await opened.disposeAsync()
    },
  }
}

function identify(config: Config, workerLink: WorkerLink | undefined): InstanceIdentity {
  return {
    id: randomUUID(),
    pid: process.pid,
    hostname: hostname(),
    ...(workerLink && { worker: workerLink.worker }),
    roles: [...config.roles],
    version: readVersion(),
    startedAt: new Date(Date.now() - performance.now()).toISOString(),
  }
}

async function openSharedDatabase(
  config: Config,
  log: Logger,
  stop: AbortSignal,
  opened: AsyncDisposableStack,
): Promise<Database> {
  const { db, installationId, secrets } = await stage(log, 'database', async () => {
    const db = await openDatabase(config.database)
    opened.defer(() => db.destroy())
    const [installationId, secrets] = [
      await loadInstallationId(db),
      await loadSessionSecrets(db, config.sessionSecrets),
    ]
    return { db, installationId, secrets }
  })
  const lease = await stage(log, 'lease', () =>
    acquireInstanceLease({
      db,
      provider: config.state.kind,
      now: Date.now,
      hostname: hostname(),
      secretFingerprints: fingerprintsOf(secrets),
      log,
      signal: stop,
    }),
  )
  opened.defer(() => lease.release())
  return { db, installationId, secrets, lease }
}

/** What needs the state provider; begins when that has. */
async function serve(ground: Ground, site: Site | undefined, stop: AbortSignal): Promise<void> {
  const { config, log, state, opened } = ground
  await stage(log, 'state', () => state.start(stop))
  if (site) await stage(log, 'jobs', () => unlessAway(() => site.startJobs(), stop))
  if (config.roles.has('agent')) await stage(log, 'agent', async () => startAgent(ground))
  const registry = createInstanceRegistry({
    runtime: state.runtime,
    identity: ground.identity,
    vitals: ground.vitals,
    isReady: () => site?.isReady() ?? true,
    now: Date.now,
    log,
  })
  opened.defer(() => registry.stop())
  site?.began()
  await registry.start()
}

/** Again and again while the state provider has gone away just now. */
async function unlessAway(start: () => Promise<void>, stop: AbortSignal): Promise<void> {
  for (;;) {
    try {
      return await start()
    } catch (error) {
      if (!(error instanceof StateUnavailable) || stop.aborted) throw error
      await pause(START_AGAIN_MS, stop)
    }
  }
}

/** Returns at once: reaching fail2ban may take for ever, and the screens say how it stands. */
function startAgent({ config, identity, state, log, opened }: Ground): void {
  const { socket: socketPath, configDir, database: databasePath, pathMap } = config.fail2ban
  const agent = createAgent({
    host: config.hostId,
    instanceId: identity.id,
    openClient: (mayAsk) =>
      createFail2banClient({
        socketPath,
        mayAsk,
        requestTimeoutMs: ANSWER_MS,
        backoffMs: { first: 100, longest: 500 },
      }),
    socketPath,
    configDir,
    databasePath,
    pathMap,
    state,
    log,
  })
  agent.start()
  opened.defer(() => agent.stop())
}
