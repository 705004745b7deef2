import cluster from 'node:cluster'
import { ConfigError, loadConfig, type Config, type Environment } from './config.ts'
import { DatabaseTooNew, DatabaseUnusable } from './db/database.ts'
import { messageOf } from './lib/errors.ts'
import { createLogger, type Logger } from './lib/logger.ts'
import { openRuntime, type Runtime } from './runtime.ts'
import { CannotListen } from './startup/http-server.ts'
import { InstanceLeaseHeld } from './startup/instance-lease.ts'
import { StageFailed } from './startup/stages.ts'
import { checkWorkerMode } from './startup/worker-mode.ts'
import { StateMisconfigured, StateUnavailable } from './state/state-provider.ts'

/** What the exit statuses mean to whoever supervises the process; part of the public contract. */
const EXIT = { stopped: 0, failed: 1, unavailable: 69, leaseHeld: 75, misconfigured: 78 } as const

const STOP_DEADLINE_MS = 20_000

async function main(env: Environment): Promise<number> {
  const config = settingsOrComplaint(env)
  if (config === undefined) return EXIT.misconfigured
  const log = await createLogger(config.log)
  for (const warning of config.warnings) log.warn(warning)
  crashOnTheUnexpected(log)
  const stop = stopRequested(log)
  try {
    const runtime = await openRuntime(config, log, stop)
    return await serveUntil(stop, runtime, log)
  } catch (error) {
    if (stop.aborted) return EXIT.stopped
    const cause = error instanceof StageFailed ? error.cause : error
    const status = exitStatusOf(cause)
    const isExplained = status !== EXIT.failed || cause instanceof CannotListen
    if (isExplained) log.fatal({ exit: status }, messageOf(cause))
    else log.fatal({ err: cause }, messageOf(error))
    return status
  }
}

function settingsOrComplaint(env: Environment): Config | undefined {
  try {
    const config = loadConfig(env, process.stdout.isTTY)
    const refusal = checkWorkerMode({
      requestedWorkers: config.workers,
      source: config.workersFrom,
      provider: config.state.kind,
      webConcurrency: env['WEB_CONCURRENCY'],
      pm2: {
        instanceId: env['NODE_APP_INSTANCE'],
        instances: env['instances'],
        execMode: env['exec_mode'],
      },
      foreignClusterWorker: cluster.isWorker,
    })
    if (refusal === undefined) return config
    process.stderr.write(`${refusal}\n`)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    process.stderr.write(`${error.message}\n`)
  }
  return undefined
}

/** Aborts at SIGTERM or SIGINT; a second one ends the process at once. */
function stopRequested(log: Logger): AbortSignal {
  const controller = new AbortController()
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (controller.signal.aborted) process.exit(EXIT.failed)
      log.info({ signal }, 'stopping')
      controller.abort()
    })
  }
  return controller.signal
}

async function serveUntil(stop: AbortSignal, runtime: Runtime, log: Logger): Promise<number> {
  const ended = AbortSignal.any([stop, runtime.lost])
  if (!ended.aborted) await new Promise((resolve) => ended.addEventListener('abort', resolve, { once: true }))
  const overdue = setTimeout(() => {
    log.error({ deadlineMs: STOP_DEADLINE_MS }, 'stopping took too long; what was still open is cut')
    process.exit(EXIT.failed)
  }, STOP_DEADLINE_MS)
  overdue.unref()
  await runtime[Symbol.asyncDispose]()
  log.info('stopped')
  return runtime.lost.aborted ? EXIT.leaseHeld : EXIT.stopped
}

function exitStatusOf(error: unknown): number {
  if (error instanceof InstanceLeaseHeld) return EXIT.leaseHeld
  if (error instanceof StateUnavailable) return EXIT.unavailable
  const misconfigured = [StateMisconfigured, DatabaseTooNew, DatabaseUnusable]
  return misconfigured.some((kind) => error instanceof kind) ? EXIT.misconfigured : EXIT.failed
}

/** A fault nobody expected leaves the process in an unknown state: say what it was, and let the supervisor start afresh. */
function crashOnTheUnexpected(log: Logger): void {
  process.on('uncaughtException', (error) => {
    log.fatal({ err: error }, 'unexpected fault; the process ends')
    process.exit(EXIT.failed)
  })
}

process.exit(await main(process.env))
