import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { fileURLToPath } from 'node:url'
import { createAgent } from './agent/agent.ts'
import { createApp } from './app.ts'
import type { Config } from './config.ts'
import { createConsole, type Console } from './console.ts'
import { openDatabase, type Db } from './db/database.ts'
import { createAuthFeature } from './features/auth/auth.feature.ts'
import { createPasswords } from './features/auth/password.ts'
import { loadSessionSecrets } from './features/auth/session-secrets.ts'
import { createSessionsRepository } from './features/auth/sessions.repository.ts'
import { startupAccounts } from './features/auth/setup.ts'
import { createFail2banClient } from './fail2ban/socket-client.ts'
import { createReadiness, type ReadinessCheck } from './features/health/readiness.ts'
import { runLedgerJobs } from './features/jobs/run-ledger.jobs.ts'
import { createRunLedger } from './features/jobs/run-ledger.repository.ts'
import { createInProcessScheduler } from './jobs/in-process-scheduler.ts'
import type { Logger } from './lib/logger.ts'
import { listen } from './startup/http-server.ts'
import { acquireInstanceLease, type InstanceLease } from './startup/instance-lease.ts'
import { stage } from './startup/stages.ts'
import { readVersion } from './startup/version.ts'
import type { AppRuntime } from './state/app-runtime.ts'
import { createMemoryState } from './state/memory/memory-state.ts'
import { StateMisconfigured, type StateProvider } from './state/state-provider.ts'

const WEB_ROOT = fileURLToPath(new URL('../../dist/web', import.meta.url))
const DRAIN_MS = 8_000
const STOP_MS = 4_000
/** Longer than this fail2ban counts as not answering. */
const ANSWER_MS = 5_000

export interface Runtime extends AsyncDisposable {
  /** Aborts when this process has lost the right to serve the database. */
  readonly lost: AbortSignal
}

/**
 * Opens everything in order and closes it in reverse; a failure half-way closes what was opened. The only place that knows
 * which implementation stands behind which interface.
 */
export async function openRuntime(config: Config, log: Logger, stop: AbortSignal): Promise<Runtime> {
  await using opened = new AsyncDisposableStack()
  const version = readVersion()
  const now = Date.now
  log.info({ version, node: process.version, pid: process.pid, provider: config.state.kind }, 'BanGUI starts')

  const db = await stage(log, 'database', () => openDatabase(config.database))
  opened.defer(() => db.destroy())
  const lease = await stage(log, 'lease', () =>
    acquireInstanceLease({ db, provider: config.state.kind, now, hostname: hostname(), log, signal: stop }),
  )
  opened.defer(() => lease.release())

  const state = await stage(log, 'state', async () => {
    const provider = createStateProvider(config, db, log)
    await provider.start(stop)
    return provider
  })
  opened.defer(() => state.stop(STOP_MS))

  const passwords = createPasswords()
  const secrets = await stage(log, 'accounts', async () => {
    const { admin, setupToken } = config
    announce(log, config, await startupAccounts({ db, passwords, admin, setupToken }))
    return loadSessionSecrets(db, config.sessionSecrets)
  })

  const console_: Console = createConsole({
    db,
    state,
    host: config.hostId,
    historyDays: config.historyDays,
    findUser: (id) => auth.findUser(id),
    log,
    now,
  })
  const bansOf = (address: string): ReturnType<Console['bansOf']> => console_.bansOf(address)
  const auth = createAuthFeature({ db, state, secrets, passwords, bansOf, log })
  await stage(log, 'jobs', () => startJobs(opened, db, console_, log))
  await stage(log, 'agent', () => startAgent(opened, config, state, log))

  const draining = new AbortController()
  const isDraining = (): boolean => draining.signal.aborted
  const readiness = createReadiness({ version, isDraining, checks: checksOf(state, lease, console_) })
  const app = createApp({
    log,
    state,
    findUser: auth.findUser,
    endpoints: [...auth.endpoints, ...console_.endpoints],
    publicUrl: config.publicUrl,
    trustProxy: config.trustProxy,
    sessionSecrets: secrets,
    webRoot: WEB_ROOT,
    version,
    readiness,
    isDraining,
  })
  await console_.events.start()
  const server = await stage(log, 'http', () => listen(app, config.listen))
  opened.defer(async () => {
    draining.abort()
    console_.events.stop()
    await server.close(DRAIN_MS)
  })
  const ms = Math.round(performance.now())
  log.info({ host: server.host, port: server.port, ms }, addressLine(config, server.port))

  const closing = opened.move()
  return { lost: lease.lost, [Symbol.asyncDispose]: () => closing.disposeAsync() }
}

async function startJobs(
  opened: AsyncDisposableStack,
  db: Db,
  console_: Console,
  log: Logger,
): Promise<void> {
  const now = Date.now
  const ledger = createRunLedger({ db, now })
  const scheduler = createInProcessScheduler({ ledger, now, log })
  for (const job of [...console_.jobs, ...runLedgerJobs({ ledger, now })]) scheduler.define(job)
  await console_.ingest.start()
  opened.defer(() => console_.ingest.stop())
  await scheduler.start()
  opened.defer(() => scheduler.stop(STOP_MS))
}

/** Returns at once: reaching fail2ban may take for ever, and the screens say how it stands. */
async function startAgent(
  opened: AsyncDisposableStack,
  config: Config,
  state: StateProvider<AppRuntime>,
  log: Logger,
): Promise<void> {
  const { socket: socketPath, configDir, database: databasePath } = config.fail2ban
  const agent = createAgent({
    host: config.hostId,
    instanceId: randomUUID(),
    openClient: () =>
      createFail2banClient({
        socketPath,
        requestTimeoutMs: ANSWER_MS,
        backoffMs: { first: 100, longest: 500 },
      }),
    socketPath,
    configDir,
    databasePath,
    state,
    log,
  })
  agent.start()
  opened.defer(() => agent.stop())
}

/** fail2ban being away is reported, but never makes the process unready: its screens say what is wrong. */
function checksOf(
  state: StateProvider<AppRuntime>,
  lease: InstanceLease,
  console_: Console,
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
    { name: 'fail2ban', required: false, problem: () => offline().join(' ') || undefined },
  ]
}

function createStateProvider(config: Config, db: Db, log: Logger): StateProvider<AppRuntime> {
  if (config.state.kind === 'memory') {
    return createMemoryState({ now: Date.now, sessionArchive: createSessionsRepository(db), log })
  }
  throw new StateMisconfigured(
    'This version of BanGUI has no Redis provider yet. Set STATE_BACKEND=memory and BANGUI_WORKERS=1, or install a version that has it.',
  )
}

function addressLine(config: Config, port: number): string {
  const { host } = config.listen
  const shown = host.includes(':') ? `[${host}]` : host
  return `ready: ${config.publicUrl ? config.publicUrl.origin + config.publicUrl.basePath : `http://${shown}:${port}/`}`
}

function announce(
  log: Logger,
  config: Config,
  accounts: { setupRequired: boolean; setupToken: string | undefined; createdAdmin: string | undefined },
): void {
  if (accounts.createdAdmin !== undefined) {
    log.info({ username: accounts.createdAdmin }, 'created the first administrator from the settings')
  }
  if (accounts.setupToken !== undefined) {
    log.warn(
      `Nobody can sign in yet. Open the console and create the administrator with this setup token: ${accounts.setupToken}`,
    )
  } else if (accounts.setupRequired) {
    const which = config.setupToken === undefined ? 'printed at the first start' : 'of BANGUI_SETUP_TOKEN'
    log.warn(
      `Nobody can sign in yet. Open the console and create the administrator with the setup token ${which}. Is it lost, choose another with BANGUI_SETUP_TOKEN and start again.`,
    )
  }
}
