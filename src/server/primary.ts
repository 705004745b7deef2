import cluster from 'node:cluster'
import type { Environment } from './config.ts'
import type { Logger } from './lib/logger.ts'
import { EXIT } from './startup/exit-status.ts'
import { forkWorker, type WorkerProcess } from './startup/worker-process.ts'
import { createRestarts, type RestartTimes, type WorkerEnd } from './startup/worker-restarts.ts'
import type { SilenceTimes } from './startup/worker-silence.ts'
import { createWorkerSlot, type WorkerSlot } from './startup/worker-slot.ts'

export interface PrimaryTimes {
  readonly restart: RestartTimes
  readonly silence: SilenceTimes
  /** How long a worker may take to be ready during a reload. */
  readonly readyMs: number
  /** How long a worker may take to stop. */
  readonly drainMs: number
  /** How long a worker may take to tell its metrics. */
  readonly reportMs: number
}

const TIMES: PrimaryTimes = {
  restart: {
    firstBackoffMs: 100,
    longestBackoffMs: 10_000,
    steadyMs: 5_000,
    crashLoopEnds: 5,
    crashLoopMs: 60_000,
  },
  silence: { warnAfterMs: 10_000, killAfterMs: 30_000, killStartingAfterMs: 600_000, tickMs: 1_000 },
  readyMs: 60_000,
  drainMs: 20_000,
  reportMs: 1_000,
}

export interface PrimaryDeps {
  readonly workers: number
  /** Path of the program every worker runs, with the arguments and the environment of this process. */
  readonly script: string
  /** What the environment of a worker has beyond that; workers are numbered from 1. */
  readonly envOf: (worker: number) => Environment
  /** Ends all workers, each with its requests under way finished. */
  readonly stop: AbortSignal
  readonly log: Pick<Logger, 'info' | 'warn' | 'error' | 'fatal'>
  readonly times?: Partial<PrimaryTimes>
}

/**
 * Forks the workers and keeps them: replaces those that end, kills those that are stuck, renews them one after another at
 * SIGHUP, and stops them all at the end. It opens neither database nor Redis and serves nothing itself; node:cluster accepts
 * the connections and hands them round. Resolves with this process's exit status.
 */
export async function runPrimary(deps: PrimaryDeps): Promise<number> {
  const { log, stop, workers } = deps
  const times = { ...TIMES, ...deps.times }
  const processes = new Set<WorkerProcess>()
  const restarts = createRestarts({ times: times.restart, now: () => performance.now() })
  const firstReady = Promise.withResolvers<void>()
  const over = Promise.withResolvers<number>()
  let isOver = false

  const fork = (worker: number): WorkerProcess => {
    const forked = forkWorker({ worker, env: deps.envOf(worker), silence: times.silence, log, collect })
    processes.add(forked)
    void forked.ended.then(() => processes.delete(forked))
    void forked.becameReady.then((isReady) => {
      if (!isReady) return
      restarts.someoneIsReady()
      firstReady.resolve()
      log.info({ worker, pid: forked.pid }, 'a worker is ready')
    })
    return forked
  }

  const died = ({ worker, pid }: WorkerProcess, end: WorkerEnd): ReturnType<typeof restarts.ended> => {
    const verdict = restarts.ended(worker, end)
    const { status, signal } = end
    if (verdict.kind === 'again') {
      log.warn(
        { worker, pid, status, signal, inMs: verdict.inMs },
        'a worker has ended; another takes its place',
      )
    } else {
      log.fatal({ worker, pid, exit: verdict.status }, verdict.why)
      over.resolve(verdict.status)
    }
    return verdict
  }

  async function collect(): Promise<unknown[]> {
    const ready = [...processes].filter((each) => each.isReady())
    const reports = await Promise.all(ready.map((each) => each.report(times.reportMs)))
    return reports.filter((report) => report !== undefined)
  }

  cluster.setupPrimary({ exec: deps.script })
  const slots = Array.from({ length: workers }, (_, index) =>
    createWorkerSlot({ fork: () => fork(index + 1), died, readyMs: times.readyMs, drainMs: times.drainMs }),
  )
  process.on(
    'SIGHUP',
    createReload(slots, () => isOver, log),
  )
  process.once('exit', () => {
    for (const each of processes) each.kill()
  })

  log.info({ workers, pid: process.pid }, 'the primary process starts the workers')
  stop.addEventListener('abort', () => over.resolve(EXIT.stopped))
  if (stop.aborted) over.resolve(EXIT.stopped)
  // The first alone: what keeps one from starting is then said once, and an empty database is prepared by one.
  slots[0]?.fill()
  void firstReady.promise.then(() => {
    for (const slot of slots.slice(1)) slot.fill()
  })

  const status = await over.promise
  isOver = true
  for (const slot of slots) slot.close()
  const ends = await Promise.all([...processes].map((each) => each.drain(times.drainMs)))
  log.info('all workers have stopped')
  if (status !== EXIT.stopped) return status
  return ends.every(isProper) ? EXIT.stopped : EXIT.failed
}

/** A worker that such a signal could end had not come far enough to handle it, and had nothing to finish. */
function isProper({ status, signal }: WorkerEnd): boolean {
  return status === EXIT.stopped || signal === 'SIGTERM' || signal === 'SIGINT'
}

/** Renews all workers, one after another. Asked again meanwhile, it begins anew afterwards. */
function createReload(
  slots: readonly WorkerSlot[],
  isOver: () => boolean,
  log: PrimaryDeps['log'],
): () => void {
  let isUnderWay = false
  let isAskedAgain = false

  async function renewAll(): Promise<void> {
    const since = performance.now()
    log.info('SIGHUP: the workers are renewed one after another')
    for (const slot of slots) {
      const result = await slot.renew(since)
      if (isOver()) return
      if (result === 'renewed') continue
      log.error(
        `The reload stops here and the workers that are left go on as they are: ${result.problem}. Look at what it said, and send SIGHUP again once that is mended.`,
      )
      return
    }
    log.info('all workers have been renewed')
  }

  async function reload(): Promise<void> {
    isUnderWay = true
    do {
      isAskedAgain = false
      await renewAll()
    } while (isAskedAgain && !isOver())
    isUnderWay = false
  }

  return () => {
    if (isUnderWay) isAskedAgain = true
    else void reload()
  }
}
