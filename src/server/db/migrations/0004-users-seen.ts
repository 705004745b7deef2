import type { Kysely } from 'kysely'
import type { Database } from '../schema.ts'

/** When people were last there. */
export async function up(db: Kysely<Database>): Promise<void> {
  await db.schema.alterTable('users').addColumn('last_sign_in_at', 'bigint').execute()
  await db.schema
    .createTable('sessions_seen')
    .addColumn('id_hash', 'text', (column) => column.primaryKey())
    .addColumn('user_id', 'text', (column) => column.notNull().references('users.id').onDelete('cascade'))
    .addColumn('seen_at', 'bigint', (column) => column.notNull())
    .execute()
  await db.schema.createIndex('sessions_seen_user').on('sessions_seen').column('user_id').execute()
}
