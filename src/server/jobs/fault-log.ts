import type { Logger } from '../lib/logger.ts'

const SILENCE_MS = 10_000

export type JobLog = Pick<Logger, 'warn' | 'error'>

/** At most one line per job and ten seconds; the next line says how many were left out. */
export interface FaultLog {
  report(
    level: 'warn' | 'error',
    about: { job: string; err?: unknown; [detail: string]: unknown },
    what: string,
  ): void
}

export function createFaultLog(log: JobLog, now: () => number): FaultLog {
  const jobs = new Map<string, { silentUntil: number; leftOut: number }>()
  return {
    report(level, about, what) {
      const at = now()
      const known = jobs.get(about.job)
      if (known && at < known.silentUntil && at > known.silentUntil - 2 * SILENCE_MS) {
        known.leftOut += 1
        return
      }
      jobs.set(about.job, { silentUntil: at + SILENCE_MS, leftOut: 0 })
      log[level]({ ...about, ...(known?.leftOut && { leftOut: known.leftOut }) }, what)
    },
  }
}
