import { EXIT } from './exit-status.ts'

export interface RestartTimes {
  readonly firstBackoffMs: number
  readonly longestBackoffMs: number
  /** Having served for so long, a worker's end counts as its first. */
  readonly steadyMs: number
  /** So many ends within `crashLoopMs` before any worker was ever ready, and trying again is given up. */
  readonly crashLoopEnds: number
  readonly crashLoopMs: number
}

export interface WorkerEnd {
  /** Null when a signal ended it. */
  readonly status: number | null
  readonly signal: string | null
  /** How long it had been ready; undefined: it never was. */
  readonly readyForMs: number | undefined
}

export type RestartVerdict =
  | { readonly kind: 'again'; readonly inMs: number }
  | { readonly kind: 'give up'; readonly status: number; readonly why: string }

/** What to do about workers that end without having been asked to. */
export interface Restarts {
  someoneIsReady(): void
  ended(worker: number, end: WorkerEnd): RestartVerdict
}

/** Statuses that say starting again will not help, whoever else serves. */
const FINAL: readonly (number | null)[] = [EXIT.misconfigured, EXIT.leaseHeld]

/** `now` in milliseconds of a clock that nobody sets. */
export function createRestarts({ times, now }: { times: RestartTimes; now: () => number }): Restarts {
  /** Ends in a row, by worker. */
  const inARow = new Map<number, number>()
  let everReady = false
  let earlyEnds: number[] = []

  function backoff(count: number): number {
    return count === 0 ? 0 : Math.min(times.longestBackoffMs, times.firstBackoffMs * 2 ** (count - 1))
  }

  function giveUp(end: WorkerEnd): RestartVerdict | undefined {
    if (end.readyForMs !== undefined) return undefined
    // Once somebody serves, an absent service is a reason to try again, not to end those that serve.
    if (FINAL.includes(end.status) || (end.status === EXIT.unavailable && !everReady)) {
      const why = 'A worker could not start and says why above; starting it again would not help.'
      return { kind: 'give up', status: end.status ?? EXIT.failed, why }
    }
    if (everReady) return undefined
    const at = now()
    earlyEnds = [...earlyEnds.filter((time) => at - time < times.crashLoopMs), at]
    if (earlyEnds.length < times.crashLoopEnds) return undefined
    const why = `Workers ended ${earlyEnds.length} times within ${times.crashLoopMs / 1_000} s before one was ready; what they said is above. Starting them again would not help.`
    return { kind: 'give up', status: EXIT.failed, why }
  }

  return {
    someoneIsReady() {
      everReady = true
    },
    ended(worker, end) {
      const verdict = giveUp(end)
      if (verdict) return verdict
      const before = (end.readyForMs ?? 0) >= times.steadyMs ? 0 : (inARow.get(worker) ?? 0)
      inARow.set(worker, before + 1)
      return { kind: 'again', inMs: backoff(end.readyForMs === undefined ? before + 1 : before) }
    },
  }
}
