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
  /** In the past where it is due and nobody has run it. */
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

/**
 * What became of the wish to run a slot.
 * live: somebody runs the job, or the slot waits for its next attempt; nothing to claim before `until` (ms since 1970).
 * settled: it is done, or its attempts are used up.
 */
export type Claim =
  | { readonly kind: 'claimed'; readonly attempt: number; readonly fence: number }
  | { readonly kind: 'live'; readonly until: number }
  | { readonly kind: 'settled' }

export type RunResult =
  { readonly ok: true } | { readonly ok: false; readonly error: string; readonly retryAfterMs?: number }

/** The authority on which slot was done; in the database, so that it survives everything else. */
export interface RunLedger {
  /**
   * Claims a slot for one attempt out of `attempts`, for `leaseMs`. One run per job is live at a time. A run whose lease
   * passed is taken over; a slot lost that way is given a second attempt even where `attempts` is 1.
   */
  claim(job: string, slot: number, leaseMs: number, attempts: number): Promise<Claim>
  /** Keeps the claim for another `leaseMs`. False when it was lost meanwhile. */
  renew(job: string, slot: number, fence: number, leaseMs: number): Promise<boolean>
  /** False when the claim was lost meanwhile: the run then counts for nothing. */
  finish(job: string, slot: number, fence: number, result: RunResult): Promise<boolean>
  /** The latest slot that was ever claimed and is still remembered. */
  lastSlot(job: string): Promise<number | undefined>
  status(job: string): Promise<Omit<JobStatus, 'name' | 'nextRunAt'>>
  /** Forgets runs that began before `olderThan`, except each job's last one; returns how many. */
  prune(olderThan: number): Promise<number>
}
