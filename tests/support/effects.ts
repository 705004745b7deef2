import { sql } from 'kysely'
import type { Db } from '../../src/server/db/database.ts'

/** A table of what jobs did, next to the ledger: without any constraint, so that doing something twice shows. */
export async function createEffects(db: Db): Promise<void> {
  await sql`create table effects (job text not null, slot integer not null, fence integer not null, at integer not null)`.execute(
    db,
  )
}

/**
 * Does it as an idempotent job does: in one transaction, unless it is done already, and not when a newer run of the job has
 * begun meanwhile.
 */
export async function haveEffect(db: Db, run: { job: string; slot: number; fence: number }): Promise<void> {
  const { job, slot, fence } = run
  await db.transaction().execute(async (tx) => {
    const totals = await tx.selectFrom('job_totals').select('fence').where('job', '=', job).executeTakeFirst()
    if (totals?.fence !== fence) throw new Error('a newer run has begun')
    await sql`insert into effects (job, slot, fence, at) select ${job}, ${slot}, ${fence}, ${Date.now()}
      where not exists (select 1 from effects where job = ${job} and slot = ${slot})`.execute(tx)
  })
}

export interface Effect {
  readonly job: string
  readonly slot: number
  readonly fence: number
  readonly at: number
}

export async function effectsOf(db: Db): Promise<readonly Effect[]> {
  return (await sql<Effect>`select job, slot, fence, at from effects order by at`.execute(db)).rows
}
