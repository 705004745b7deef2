import type { Kysely } from 'kysely'
import type { Database } from '../schema.ts'

/** What processes that share this database have to know of each other. */
export async function up(db: Kysely<Database>): Promise<void> {
  await db.schema
    .alterTable('instance_leases')
    .addColumn('secret_fingerprints', 'text', (column) => column.notNull().defaultTo(''))
    .execute()
}
