import cluster, { type Worker } from 'node:cluster'
import type { Logger } from '../lib/logger.ts'
import { pause } from '../lib/pause.ts'
import { FromWorker, type ToWorker } from './worker-messages.ts'
import type { WorkerEnd } from './worker-restarts.ts'
import { createSilence, type SilenceTimes } from './worker-silence.ts'

/** One forked process, as its primary sees it. */
export interface WorkerProcess {
  readonly worker: number
  readonly pid: number | undefined
  /** By the clock of `performance.now()`. */
  readonly startedAt: number
  isReady(): boolean
  /** True once it is ready, false when it ended before. */
  readonly becameReady: Promise<boolean>
  readonly ended: Promise<WorkerEnd>
  /** Lets it finish the requests under way and end; kills it at the deadline. The first call counts. */
  drain(deadlineMs: number): Promise<WorkerEnd>
  kill(): void
  /** Its metrics; undefined when it does not tell them in time. */
  report(withinMs: number): Promise<unknown>
}

export interface WorkerProcessDeps {
  readonly worker: number
  /** Beyond this process's own environment. */
  readonly env: Readonly<Record<string, string | undefined>>
  readonly silence: SilenceTimes
  readonly log: Pick<Logger, 'info' | 'warn' | 'error'>
  /** Answers a worker that asks for the metrics of all. */
  readonly collect: () => Promise<unknown[]>
}

/** Forks what `cluster.setupPrimary` was told to. A fork that fails counts as a worker that ended at once. */
export function forkWorker(deps: WorkerProcessDeps): WorkerProcess {
  const { worker, log } = deps
  const startedAt = performance.now()
  const becameReady = Promise.withResolvers<boolean>()
  const ended = Promise.withResolvers<WorkerEnd>()
  const reports = new Map<number, (report: unknown) => void>()
  let readyAt: number | undefined
  let lastId = 0
  let draining: Promise<WorkerEnd> | undefined

  const forked = cluster.fork(deps.env)
  const { pid } = forked.process
  const send = (message: ToWorker): void => {
    // What cannot be delivered to a worker that is ending is not missed.
    if (forked.isConnected()) forked.send(message, () => undefined)
  }
  const kill = (): void => void forked.process.kill('SIGKILL')
  const watch = watchSilence(deps, pid, () => readyAt !== undefined, kill)

  forked.on('message', (message: unknown) => {
    const { data } = FromWorker.safeParse(message)
    if (data === undefined) return
    watch.heard()
    if (data.type === 'ready') {
      readyAt ??= performance.now()
      becameReady.resolve(true)
    } else if (data.type === 'collect') {
      void deps.collect().then((reports) => send({ type: 'collected', id: data.id, reports }))
    } else if (data.type === 'reported') {
      reports.get(data.id)?.(data.report)
    }
  })
  onceEnded(forked, log, (status, signal) => {
    watch.end()
    becameReady.resolve(false)
    for (const answer of reports.values()) answer(undefined)
    const readyForMs = readyAt === undefined ? undefined : performance.now() - readyAt
    ended.resolve({ status, signal, readyForMs })
  })

  async function drain(deadlineMs: number): Promise<WorkerEnd> {
    forked.process.kill('SIGTERM')
    const overdue = setTimeout(() => {
      log.error({ worker, pid, deadlineMs }, 'a worker took too long to stop and is killed')
      kill()
    }, deadlineMs)
    const end = await ended.promise
    clearTimeout(overdue)
    return end
  }

  return {
    worker,
    pid,
    startedAt,
    isReady: () => readyAt !== undefined,
    becameReady: becameReady.promise,
    ended: ended.promise,
    kill,
    drain: (deadlineMs) => (draining ??= drain(deadlineMs)),
    async report(withinMs) {
      const id = (lastId += 1)
      const answer = Promise.withResolvers<unknown>()
      const answered = new AbortController()
      reports.set(id, answer.resolve)
      send({ type: 'report', id })
      const report = await Promise.race([answer.promise, pause(withinMs, answered.signal)])
      answered.abort()
      reports.delete(id)
      return report ?? undefined
    },
  }
}

/** Kills a worker whose event loop is stuck; a stopped process cannot be ended in any other way either. */
function watchSilence(
  deps: WorkerProcessDeps,
  pid: number | undefined,
  isReady: () => boolean,
  kill: () => void,
): { heard: () => void; end: () => void } {
  const { worker, log, silence: times } = deps
  const silence = createSilence(times, () => performance.now())
  const timer = setInterval(() => {
    const verdict = silence.tick(isReady())
    if (verdict === 'warn') {
      log.warn({ worker, pid, silentMs: times.warnAfterMs }, 'a worker’s event loop is stuck')
    } else if (verdict === 'kill') {
      clearInterval(timer)
      log.error({ worker, pid }, 'a worker’s event loop is stuck: it is killed')
      kill()
    }
  }, times.tickMs)
  return { heard: () => silence.heard(), end: () => clearInterval(timer) }
}

/** Calls back also when the process could not even be started. */
function onceEnded(
  forked: Worker,
  log: WorkerProcessDeps['log'],
  ended: (status: number | null, signal: string | null) => void,
): void {
  forked.once('exit', ended)
  forked.on('error', (error) => {
    log.error({ err: error }, 'a worker process cannot be reached')
    if (forked.process.pid === undefined) ended(null, null)
  })
}
