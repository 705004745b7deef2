import { pause } from '../lib/pause.ts'
import type { WorkerProcess } from './worker-process.ts'
import type { RestartVerdict, WorkerEnd } from './worker-restarts.ts'

export interface WorkerSlotDeps {
  readonly fork: () => WorkerProcess
  /** Asked when a process ends that nobody had asked to; with `give up` it stays away. */
  readonly died: (process: WorkerProcess, end: WorkerEnd) => RestartVerdict
  /** How long a replacement may take to be ready. */
  readonly readyMs: number
  readonly drainMs: number
}

/** The place of one worker: somebody is always in it, or on the way. */
export interface WorkerSlot {
  fill(): void
  /**
   * Puts a new process in the place of one that started before `since`: the old one goes once the new one is ready, and stays
   * when that cannot be. Tells why it could not.
   */
  renew(since: number): Promise<'renewed' | { readonly problem: string }>
  /** Starts nobody any more. */
  close(): void
}

export function createWorkerSlot(deps: WorkerSlotDeps): WorkerSlot {
  let current: WorkerProcess | undefined
  let successor: WorkerProcess | undefined
  let timer: NodeJS.Timeout | undefined
  let isClosed = false

  function take(process: WorkerProcess): void {
    current = process
    void process.ended.then((end) => lost(process, end))
  }

  function lost(process: WorkerProcess, end: WorkerEnd): void {
    if (isClosed || process !== current) return
    current = undefined
    const verdict = deps.died(process, end)
    if (verdict.kind === 'give up' || successor) return
    timer = setTimeout(fill, verdict.inMs)
  }

  function fill(): void {
    if (!isClosed) take(deps.fork())
  }

  /** Undefined: it is ready. */
  async function problemOf(process: WorkerProcess): Promise<string | undefined> {
    const decided = new AbortController()
    const overdue = pause(deps.readyMs, decided.signal)
    const isReady = await Promise.race([process.becameReady, overdue])
    decided.abort()
    if (isReady === true) return undefined
    if (isReady === undefined) {
      void process.drain(deps.drainMs)
      return `the new process was not ready within ${deps.readyMs / 1_000} s`
    }
    const { status, signal } = await process.ended
    return `the new process ended with ${signal ?? `status ${status}`} before it was ready`
  }

  return {
    fill,
    async renew(since) {
      // Nobody there: whoever comes next is new.
      if (isClosed || !current || current.startedAt >= since) return 'renewed'
      successor = deps.fork()
      const problem = await problemOf(successor)
      const next = successor
      successor = undefined
      if (isClosed) return 'renewed'
      if (problem !== undefined) {
        // The old one has ended meanwhile, and nobody was called because a new one was on the way.
        if (!current) fill()
        return { problem }
      }
      const old = current
      take(next)
      await old?.drain(deps.drainMs)
      return 'renewed'
    },
    close() {
      isClosed = true
      clearTimeout(timer)
    },
  }
}
