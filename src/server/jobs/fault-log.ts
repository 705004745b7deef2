import type { Logger } from '../lib/logger.ts'

const SILENCE_MS = 10_000

export type JobLog = Pick<Logger, 'info' | 'warn' | 'error'>

/** At most one line per subject and ten seconds; the next line says how many were left out. */
export interface FaultLog {
  /** There must be a bounded number of subjects: a job's name, or the cause of a fault. */
  report(
    level: 'warn' | 'error',
    subject: string,
    about: { err?: unknown; [detail: string]: unknown },
    what: string,
  ): void
}

export function createFaultLog(log: JobLog, now: () => number): FaultLog {
  const subjects = new Map<string, { silentUntil: number; leftOut: number }>()
  return {
    report(level, subject, about, what) {
      const at = now()
      const known = subjects.get(subject)
      if (known && at < known.silentUntil && at > known.silentUntil - 2 * SILENCE_MS) {
        known.leftOut += 1
        return
      }
      subjects.set(subject, { silentUntil: at + SILENCE_MS, leftOut: 0 })
      log[level]({ ...about, ...(known?.leftOut && { leftOut: known.leftOut }) }, what)
    },
  }
}
