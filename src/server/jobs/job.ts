import type { Json } from '../lib/json.ts'

export type Schedule =
  | { readonly everyMs: number }
  | { readonly cron: string; readonly timeZone: string }
  /** Runs only when triggered. */
  | { readonly on: 'trigger' }

export interface JobRun {
  /** The due time in milliseconds that this run is for; identifies the effect. */
  readonly slot: number
  /** From 1. */
  readonly attempt: number
  /** Rises with every run of the same job: what a late run wrote with a lower fence must lose. */
  readonly fence: number
  /** Aborts at the time-out and when the scheduler must stop. */
  readonly signal: AbortSignal
  readonly payload: Json
}

/** Background work, declared once and delivered by whichever scheduler is in use. Idempotent; takes ids, not objects. */
export interface Job {
  /** A storage key, `<noun>.<verb>`: never rename without a migration. */
  readonly name: string
  readonly schedule: Schedule
  readonly timeoutMs: number
  /** Attempts per slot, at least 1; between them the wait doubles from one second. */
  readonly attempts: number
  run(run: JobRun): Promise<void>
}

export interface JobStatus {
  readonly name: string
  readonly lastRunAt?: number
  readonly lastResult?: 'done' | 'failed' | 'running'
  readonly lastDurationMs?: number
  readonly lastError?: string
  readonly nextRunAt?: number
  /** Effects, that is slots done, ever. */
  readonly runs: number
}

/**
 * Delivers due slots. Each slot is delivered at least once and, through the run ledger, done at most once; slots missed
 * while nobody ran are coalesced into one. Passes tests/contract/job-scheduler.contract.ts.
 */
export interface JobScheduler {
  /** Two jobs of one name are refused. Before `start` only. */
  define(job: Job): void
  start(): Promise<void>
  /** Resolves when the run is recorded as due; one `dedupeKey` gives one run while that run is waiting. */
  trigger(name: string, options?: { payload?: Json; dedupeKey?: string }): Promise<void>
  status(): Promise<JobStatus[]>
  /** Takes nothing new, waits for what runs until the deadline, then aborts it. */
  stop(deadlineMs: number): Promise<void>
}

/** The authority on which slot was done; in the database, so that it survives everything else. */
export interface RunLedger {
  /** Claims a slot for one attempt; undefined when it is done already or another run of it is still live. */
  claim(job: string, slot: number, leaseMs: number): Promise<{ attempt: number; fence: number } | undefined>
  /** False when the claim was lost meanwhile. */
  finish(
    job: string,
    slot: number,
    fence: number,
    result: { ok: true } | { ok: false; error: string },
  ): Promise<boolean>
  lastSlot(job: string): Promise<number | undefined>
  status(job: string): Promise<Omit<JobStatus, 'name' | 'nextRunAt'>>
  prune(olderThan: number): Promise<number>
}
