import type { Transaction } from 'kysely'
import type { Db } from '../../db/database.ts'
import type { Database, JobRunRow } from '../../db/schema.ts'
import type { Claim, RunLedger } from '../../jobs/job.ts'

/** A slot whose process died is run once more even where one attempt is all it has. */
const ATTEMPTS_OF_A_LOST_RUN = 2
const LONGEST_ERROR = 2_000

type Tx = Transaction<Database>

/**
 * The run ledger in the database. A job's newest claim, whose slot and fence are in `job_totals`, is the only one that may
 * be live: whoever claims next marks it as lost. `now` is in milliseconds since 1970.
 */
export function createRunLedger({ db, now }: { db: Db; now: () => number }): RunLedger {
  return {
    claim: (job, slot, leaseMs, attempts) =>
      db.transaction().execute((tx) => claim(tx, { job, slot, leaseMs, attempts, at: now() })),

    renew: (job, slot, fence, leaseMs) =>
      db.transaction().execute(async (tx) => {
        const run = await liveRun(tx, job, slot, fence)
        if (run) await update(tx, run, { lease_until: now() + leaseMs })
        return run !== undefined
      }),

    finish: (job, slot, fence, result) =>
      db.transaction().execute(async (tx) => {
        const run = await liveRun(tx, job, slot, fence)
        if (!run) return false
        const at = now()
        if (result.ok) {
          await update(tx, run, { status: 'done', finished_at: at, error: null })
          await tx
            .updateTable('job_totals')
            .set((row) => ({ runs: row('runs', '+', 1) }))
            .where('job', '=', job)
            .execute()
        } else {
          await fail(tx, run, at, result.error, at + (result.retryAfterMs ?? 0))
        }
        return true
      }),

    async lastSlot(job) {
      const row = await db
        .selectFrom('job_runs')
        .select('slot')
        .where('job', '=', job)
        .orderBy('slot', 'desc')
        .limit(1)
        .executeTakeFirst()
      return row?.slot
    },

    async status(job) {
      const totals = await totalsOf(db, job)
      const last = totals && (await runOf(db, job, totals.slot))
      return { ...(last && describe(last)), runs: totals?.runs ?? 0 }
    },

    async prune(olderThan) {
      const result = await db
        .deleteFrom('job_runs')
        .where('started_at', '<', olderThan)
        .where('job_runs.slot', 'not in', (query) =>
          query
            .selectFrom('job_totals')
            .select('job_totals.slot')
            .whereRef('job_totals.job', '=', 'job_runs.job'),
        )
        .executeTakeFirst()
      return Number(result.numDeletedRows)
    },
  }
}

async function claim(
  tx: Tx,
  wish: { job: string; slot: number; leaseMs: number; attempts: number; at: number },
): Promise<Claim> {
  const { job, slot, leaseMs, attempts, at } = wish
  const totals = await totalsOf(tx, job)
  const newest = totals && (await runOf(tx, job, totals.slot))
  const before = totals?.slot === slot ? newest : await runOf(tx, job, slot)
  if (before?.status === 'done') return { kind: 'settled' }
  if (newest?.status === 'running') {
    if (isAhead(newest.lease_until, at, leaseMs)) return { kind: 'live', until: newest.lease_until }
    await fail(tx, newest, at, 'The process that ran it died or stood still.', at)
  }
  if (before) {
    const allowed = before.status === 'running' ? Math.max(attempts, ATTEMPTS_OF_A_LOST_RUN) : attempts
    if (before.attempt >= allowed) return { kind: 'settled' }
    if (before.status === 'failed' && before.lease_until > at)
      return { kind: 'live', until: before.lease_until }
  }
  const attempt = (before?.attempt ?? 0) + 1
  const fence = (totals?.fence ?? 0) + 1
  const run = {
    attempt,
    fence,
    status: 'running' as const,
    started_at: at,
    lease_until: at + leaseMs,
    finished_at: null,
    error: null,
  }
  await tx
    .insertInto('job_runs')
    .values({ job, slot, ...run })
    .onConflict((conflict) => conflict.columns(['job', 'slot']).doUpdateSet(run))
    .execute()
  await tx
    .insertInto('job_totals')
    .values({ job, fence, slot, runs: 0 })
    .onConflict((conflict) => conflict.column('job').doUpdateSet({ fence, slot }))
    .execute()
  return { kind: 'claimed', attempt, fence }
}

/** A time so far ahead that no lease reaches it means that the clock was set back, and is over. */
function isAhead(until: number, at: number, leaseMs: number): boolean {
  return until > at && until <= at + 3 * leaseMs
}

/** The run that holds this fence, unless it was lost. */
async function liveRun(tx: Tx, job: string, slot: number, fence: number): Promise<JobRunRow | undefined> {
  const run = await runOf(tx, job, slot)
  return run?.status === 'running' && run.fence === fence ? run : undefined
}

function totalsOf(db: Db | Tx, job: string) {
  return db.selectFrom('job_totals').selectAll().where('job', '=', job).executeTakeFirst()
}

function runOf(db: Db | Tx, job: string, slot: number): Promise<JobRunRow | undefined> {
  return db
    .selectFrom('job_runs')
    .selectAll()
    .where('job', '=', job)
    .where('slot', '=', slot)
    .executeTakeFirst()
}

async function update(tx: Tx, run: JobRunRow, columns: Partial<JobRunRow>): Promise<void> {
  await tx
    .updateTable('job_runs')
    .set(columns)
    .where('job', '=', run.job)
    .where('slot', '=', run.slot)
    .execute()
}

function fail(tx: Tx, run: JobRunRow, at: number, error: string, nextAt: number): Promise<void> {
  return update(tx, run, {
    status: 'failed',
    finished_at: at,
    error: error.slice(0, LONGEST_ERROR),
    lease_until: nextAt,
  })
}

function describe(run: JobRunRow): Omit<Awaited<ReturnType<RunLedger['status']>>, 'runs'> {
  return {
    lastRunAt: run.started_at,
    lastResult: run.status,
    ...(run.finished_at !== null && { lastDurationMs: Math.max(0, run.finished_at - run.started_at) }),
    ...(run.error !== null && { lastError: run.error }),
  }
}
