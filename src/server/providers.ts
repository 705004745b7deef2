import type { Config } from './config.ts'
import type { Db } from './db/database.ts'
import { createSessionsRepository } from './features/auth/sessions.repository.ts'
import type { JobScheduler, RunLedger } from './jobs/job.ts'
import type { Logger } from './lib/logger.ts'
import { readAppRuntime, type AppRuntime } from './state/app-runtime.ts'
import type { StateProvider } from './state/state-provider.ts'

/** Beyond this difference of clocks a process runs no jobs: BullMQ goes by the clock of whoever works. */
const SKEW_LIMIT_MS = 10_000
/** Also the hash tag that keeps all of BullMQ's keys in one slot of a cluster. */
const PREFIX = '{bangui}'

/**
 * The state provider that the settings name; not started. The Redis one is loaded only where it is used: a single process
 * starts without it.
 */
export async function createStateProvider(
  config: Pick<Config, 'state'>,
  database: { readonly db: Db; readonly installationId: string } | undefined,
  log: Logger,
): Promise<StateProvider<AppRuntime>> {
  if (config.state.kind === 'redis') {
    const { createRedisState } = await import('./state/redis/redis-state.ts')
    const { target, allowEviction } = config.state
    const clusterId = database?.installationId
    return createRedisState<AppRuntime>({ target, allowEviction, clusterId, readValue: readAppRuntime, log })
  }
  if (!database) throw new Error('a process with STATE_BACKEND=memory has every role, and so a database')
  const { createMemoryState } = await import('./state/memory/memory-state.ts')
  return createMemoryState({ now: Date.now, sessionArchive: createSessionsRepository(database.db), log })
}

/** The scheduler that goes with it; nothing is declared yet. */
export async function createScheduler(
  config: Pick<Config, 'state' | 'roles'>,
  deps: { ledger: RunLedger; state: Pick<StateProvider, 'health'>; version: string; log: Logger },
): Promise<JobScheduler> {
  const { ledger, state, version, log } = deps
  const now = Date.now
  if (config.state.kind === 'memory') {
    const { createInProcessScheduler } = await import('./jobs/in-process-scheduler.ts')
    return createInProcessScheduler({ ledger, now, log })
  }
  const [{ createBullmqScheduler }, { openConnection }] = await Promise.all([
    import('./jobs/bullmq-scheduler.ts'),
    import('./state/redis/connections.ts'),
  ])
  const { target } = config.state
  return createBullmqScheduler({
    ledger,
    now,
    log,
    connect: (use) => openConnection(target, use),
    prefix: PREFIX,
    appVersion: version,
    canRun() {
      // BullMQ's own connection is back a little earlier than the provider that the jobs work with.
      const { ok, server } = state.health()
      return ok && Math.abs(server?.clockSkewMs ?? 0) <= SKEW_LIMIT_MS
    },
    runsJobs: config.roles.has('jobs'),
  })
}
