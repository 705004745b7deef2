import type { Config } from './config.ts'
import { DatabaseTooNew, DatabaseUnusable } from './db/database.ts'
import { messageOf } from './lib/errors.ts'
import type { Logger } from './lib/logger.ts'
import { openRuntime, type Runtime } from './runtime.ts'
import { EXIT } from './startup/exit-status.ts'
import { CannotListen } from './startup/http-server.ts'
import { InstanceLeaseHeld } from './startup/instance-lease.ts'
import { StageFailed } from './startup/stages.ts'
import { connectToPrimary } from './startup/worker-link.ts'
import { StateMisconfigured, StateUnavailable } from './state/state-provider.ts'

const STOP_DEADLINE_MS = 20_000

export interface ServeDeps {
  readonly config: Config
  readonly log: Logger
  readonly stop: AbortSignal
  /** The number of this one among the workers of a primary; undefined: it is alone. */
  readonly worker: number | undefined
}

/** Opens the runtime and keeps it open until it is to stop. Resolves with the exit status. */
export async function serve({ config, log, stop, worker }: ServeDeps): Promise<number> {
  const primary = worker === undefined ? undefined : connectToPrimary({ worker, log })
  try {
    const runtime = await openRuntime(config, log, stop, primary)
    primary?.ready()
    return await serveUntil(stop, runtime, log)
  } catch (error) {
    return stop.aborted ? EXIT.stopped : failed(error, log)
  }
}

async function serveUntil(stop: AbortSignal, runtime: Runtime, log: Logger): Promise<number> {
  const ended = AbortSignal.any([stop, runtime.lost])
  if (!ended.aborted) await new Promise((resolve) => ended.addEventListener('abort', resolve, { once: true }))
  const status = stop.aborted ? EXIT.stopped : lost(runtime.lost.reason, log)
  const overdue = setTimeout(() => {
    log.error({ deadlineMs: STOP_DEADLINE_MS }, 'stopping took too long; what was still open is cut')
    process.exit(EXIT.failed)
  }, STOP_DEADLINE_MS)
  overdue.unref()
  await runtime[Symbol.asyncDispose]()
  log.info('stopped')
  return status
}

/** Either a part that could only begin later has failed, or the right to serve is gone, which was said when it went. */
function lost(reason: unknown, log: Logger): number {
  return reason instanceof StageFailed ? failed(reason, log) : EXIT.leaseHeld
}

/** Says what kept this process from serving. */
function failed(error: unknown, log: Logger): number {
  const cause = error instanceof StageFailed ? error.cause : error
  const status = exitStatusOf(cause)
  const isExplained = status !== EXIT.failed || cause instanceof CannotListen
  if (isExplained) log.fatal({ exit: status }, messageOf(cause))
  else log.fatal({ err: cause }, messageOf(error))
  return status
}

function exitStatusOf(error: unknown): number {
  if (error instanceof InstanceLeaseHeld) return EXIT.leaseHeld
  if (error instanceof StateUnavailable) return EXIT.unavailable
  const misconfigured = [StateMisconfigured, DatabaseTooNew, DatabaseUnusable]
  return misconfigured.some((kind) => error instanceof kind) ? EXIT.misconfigured : EXIT.failed
}
