import cluster from 'node:cluster'
import { z } from 'zod'
import { loadConfig, type Environment } from '../config.ts'
import { createLogger, type Logger } from '../lib/logger.ts'
import { EXIT } from '../startup/exit-status.ts'
import { defineCommand, type Command } from './command.ts'
import { workerRefusal } from './settings.ts'

/** Tells a process that our own primary has forked which worker it is. */
const WORKER_NUMBER = 'BANGUI_WORKER_NUMBER'
const WorkerNumber = z.coerce.number<string>().int().positive()

export const command: Command = defineCommand({
  help: `Starts the console and keeps it running until it is told to stop. SIGTERM or SIGINT ends it once what
is under way is done; with BANGUI_WORKERS above 1, SIGHUP renews the workers one after another.`,
  run: ({ env, script }) => start(env, script),
})

async function start(env: Environment, script: string): Promise<number> {
  const worker = cluster.isWorker ? WorkerNumber.safeParse(env[WORKER_NUMBER]).data : undefined
  const config = loadConfig(env, process.stdout.isTTY)
  const refusal = workerRefusal(config, env, {
    isClusterWorker: cluster.isWorker,
    isOurWorker: worker !== undefined,
  })
  if (refusal !== undefined) {
    process.stderr.write(`${refusal}\n`)
    return EXIT.misconfigured
  }
  const log = (await createLogger(config.log)).child(worker === undefined ? {} : { worker })
  crashOnTheUnexpected(log)
  // Its primary has said them.
  if (worker === undefined) for (const warning of config.warnings) log.warn(warning)
  const stop = worker === undefined ? stopRequested(log) : drainRequested(log)
  // Either is loaded only where it runs: a primary needs nothing of what its workers do.
  if (worker === undefined && config.workers > 1) {
    const { runPrimary } = await import('../primary.ts')
    const envOf = (number: number): Environment => ({ [WORKER_NUMBER]: String(number) })
    return runPrimary({ workers: config.workers, script, envOf, stop, log })
  }
  const { serve } = await import('../serve.ts')
  return serve({ config, log, stop, worker })
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

/**
 * The same for a worker, which its primary ends with SIGTERM. Whoever signals the whole group of processes, as a terminal
 * does, signals the primary too; so it neither ends half-way at a second SIGTERM nor by itself at the others.
 */
function drainRequested(log: Logger): AbortSignal {
  const controller = new AbortController()
  process.on('SIGTERM', () => {
    if (!controller.signal.aborted) log.info('stopping')
    controller.abort()
  })
  process.on('SIGINT', () => undefined)
  process.on('SIGHUP', () => undefined)
  return controller.signal
}

/** A fault nobody expected leaves the process in an unknown state: say what it was, and let the supervisor start afresh. */
function crashOnTheUnexpected(log: Logger): void {
  process.on('uncaughtException', (error) => {
    log.fatal({ err: error }, 'unexpected fault; the process ends')
    process.exit(EXIT.failed)
  })
}
