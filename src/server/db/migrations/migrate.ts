import { sql, type Kysely } from 'kysely'
import type { Database } from '../schema.ts'
import * as foundation from './0001-foundation.ts'
import * as severalProcesses from './0002-several-processes.ts'
import * as usersSeen from './0004-users-seen.ts'
import * as banSearch from './0005-ban-search.ts'
import * as banFigures from './0007-ban-figures.ts'

export interface Migration {
  up(db: Kysely<Database>): Promise<void>
}

/** In order, by hand: nothing is found by scanning folders. A landed migration is never edited. */
const MIGRATIONS: ReadonlyArray<readonly [name: string, migration: Migration]> = [
  ['0001-foundation', foundation],
  ['0002-several-processes', severalProcesses],
  ['0004-users-seen', usersSeen],
  ['0005-ban-search', banSearch],
  ['0007-ban-figures', banFigures],
]

/** The first of these migrations that this version does not know. */
export function unknownMigration(applied: readonly string[]): string | undefined {
  return applied.find((name) => !MIGRATIONS.some(([known]) => known === name))
}

/** The database was last used by a newer BanGUI, whose tables this one does not know. */
export class DatabaseTooNew extends Error {
  override readonly name = 'DatabaseTooNew'
}

/**
 * Applies what is missing in one transaction that holds the write lock from its first statement, so of several processes
 * that start on an empty database one migrates and the others find it done.
 */
export async function migrate(db: Kysely<Database>): Promise<void> {
  await db.transaction().execute(async (tx) => {
    await sql`create table if not exists migrations (name text primary key, applied_at integer not null)`.execute(
      tx,
    )
    const rows = await tx.selectFrom('migrations').select('name').execute()
    const applied = rows.map((row) => row.name)
    for (const [name, migration] of MIGRATIONS) {
      if (applied.includes(name)) continue
      await migration.up(tx)
      await tx.insertInto('migrations').values({ name, applied_at: Date.now() }).execute()
    }
    const unknown = unknownMigration(applied)
    if (unknown !== undefined) {
      throw new DatabaseTooNew(
        `The database holds the migration ${unknown}, which this version of BanGUI does not know: a newer version has used it. Start that version again, or restore a backup made before the upgrade.`,
      )
    }
  })
}
