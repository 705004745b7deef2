import { z } from 'zod'
import { BanFilter, UnbanResult, type UnbanJob } from '../../../shared/ban.ts'
import type { Db } from '../../db/database.ts'
import type { UnbanJobRow } from '../../db/schema.ts'

/** Failures that are remembered one by one; all are counted. */
const MOST_FAILURES = 100
const LISTED = 20

/** A job and how far it is: bans up to the id `reached` have been dealt with, those beyond `mark` are no part of it. */
export interface UnbanWork {
  readonly job: UnbanJob
  readonly mark: number
  readonly reached: number
}

export interface UnbanJobsRepository {
  add(job: UnbanJob, mark: number): Promise<void>
  find(id: string): Promise<UnbanJob | undefined>
  recent(): Promise<UnbanJob[]>
  /** The oldest that is waiting or was interrupted; it is running from then on. */
  next(): Promise<UnbanWork | undefined>
  /** Notes what became of the bans up to `reached`. False when the job is not running any more. */
  advance(id: string, from: number, reached: number, results: readonly UnbanResult[]): Promise<boolean>
  /** False when it has ended already. */
  end(id: string, state: 'done' | 'cancelled' | 'stopped', at: number, problem?: string): Promise<boolean>
  /** Forgets jobs that ended before this. */
  forget(before: number): Promise<void>
}

export function createUnbanJobsRepository(db: Db): UnbanJobsRepository {
  return {
    async add(job, mark) {
      await db
        .insertInto('unban_jobs')
        .values({
          id: job.id,
          username: job.username,
          filter: JSON.stringify(job.filter),
          state: job.state,
          total: job.total,
          mark,
          reached: 0,
          unbanned: 0,
          gone: 0,
          failed: 0,
          failures: '[]',
          problem: null,
          created_at: Date.parse(job.createdAt),
          finished_at: null,
        })
        .execute()
    },

    async find(id) {
      const row = await db.selectFrom('unban_jobs').selectAll().where('id', '=', id).executeTakeFirst()
      return row && toJob(row)
    },

    async recent() {
      const rows = await db
        .selectFrom('unban_jobs')
        .selectAll()
        .orderBy('created_at', 'desc')
        .orderBy('id')
        .limit(LISTED)
        .execute()
      return rows.map(toJob)
    },

    async next() {
      const row = await db
        .selectFrom('unban_jobs')
        .selectAll()
        .where('state', 'in', ['waiting', 'running'])
        .orderBy('created_at')
        .orderBy('id')
        .limit(1)
        .executeTakeFirst()
      if (!row) return undefined
      await db
        .updateTable('unban_jobs')
        .set({ state: 'running' })
        .where('id', '=', row.id)
        .where('state', '=', 'waiting')
        .execute()
      return { job: toJob({ ...row, state: 'running' }), mark: row.mark, reached: row.reached }
    },

    advance: (id, from, reached, results) => advance(db, { id, from, reached, results }),

    async end(id, state, at, problem) {
      const result = await db
        .updateTable('unban_jobs')
        .set({ state, finished_at: at, problem: problem ?? null })
        .where('id', '=', id)
        .where('state', 'in', ['waiting', 'running'])
        .executeTakeFirst()
      return result.numUpdatedRows > 0n
    },

    async forget(before) {
      await db.deleteFrom('unban_jobs').where('finished_at', '<', before).execute()
    },
  }
}

/** `from` is where whoever did it began: a process that was given up for dead, and was not, counts nothing twice. */
async function advance(
  db: Db,
  part: { id: string; from: number; reached: number; results: readonly UnbanResult[] },
): Promise<boolean> {
  const { id, from, reached, results } = part
  return db.transaction().execute(async (tx) => {
    const row = await tx
      .selectFrom('unban_jobs')
      .selectAll()
      .where('id', '=', id)
      .where('reached', '=', from)
      .executeTakeFirst()
    if (!row) return false
    const failures = [...Failures.parse(JSON.parse(row.failures)), ...results.filter(isFailure)]
    await tx
      .updateTable('unban_jobs')
      .set({
        reached,
        unbanned: row.unbanned + countOf(results, 'unbanned'),
        gone: row.gone + countOf(results, 'not-banned'),
        failed: row.failed + countOf(results, 'failed'),
        failures: JSON.stringify(failures.slice(0, MOST_FAILURES)),
      })
      .where('id', '=', id)
      .execute()
    return row.state === 'running'
  })
}

const Failures = z.array(UnbanResult)

function isFailure(result: UnbanResult): boolean {
  return result.outcome === 'failed'
}

function countOf(results: readonly UnbanResult[], outcome: UnbanResult['outcome']): number {
  return results.filter((result) => result.outcome === outcome).length
}

function toJob(row: UnbanJobRow): UnbanJob {
  return {
    id: row.id,
    username: row.username,
    filter: BanFilter.parse(JSON.parse(row.filter)),
    state: row.state,
    total: row.total,
    unbanned: row.unbanned,
    gone: row.gone,
    failed: row.failed,
    failures: Failures.parse(JSON.parse(row.failures)),
    ...(row.problem !== null && { problem: row.problem }),
    createdAt: new Date(row.created_at).toISOString(),
    ...(row.finished_at !== null && { finishedAt: new Date(row.finished_at).toISOString() }),
  }
}
