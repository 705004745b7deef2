import type { Kysely } from 'kysely'
import type { Database } from '../schema.ts'

export async function up(db: Kysely<Database>): Promise<void> {
  await people(db)
  await operation(db)
  await bans(db)
}

async function people(db: Kysely<Database>): Promise<void> {
  await db.schema
    .createTable('settings')
    .addColumn('key', 'text', (column) => column.primaryKey())
    .addColumn('value', 'text', (column) => column.notNull())
    .execute()
  await db.schema
    .createTable('users')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('username', 'text', (column) => column.notNull())
    .addColumn('username_key', 'text', (column) => column.notNull().unique())
    .addColumn('password_hash', 'text', (column) => column.notNull())
    .addColumn('role', 'text', (column) => column.notNull())
    .addColumn('auth_version', 'integer', (column) => column.notNull())
    .addColumn('disabled', 'integer', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .execute()
  await db.schema
    .createTable('sessions')
    .addColumn('id_hash', 'text', (column) => column.primaryKey())
    .addColumn('user_id', 'text', (column) => column.notNull().references('users.id').onDelete('cascade'))
    .addColumn('data', 'text', (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .execute()
  await db.schema.createIndex('sessions_user').on('sessions').column('user_id').execute()
}

async function operation(db: Kysely<Database>): Promise<void> {
  await db.schema
    .createTable('instance_leases')
    .addColumn('name', 'text', (column) => column.primaryKey())
    .addColumn('holder', 'text', (column) => column.notNull())
    .addColumn('hostname', 'text', (column) => column.notNull())
    .addColumn('pid', 'integer', (column) => column.notNull())
    .addColumn('pid_space', 'text', (column) => column.notNull())
    .addColumn('provider', 'text', (column) => column.notNull())
    .addColumn('started_at', 'bigint', (column) => column.notNull())
    .addColumn('heartbeat_at', 'bigint', (column) => column.notNull())
    .execute()
  await db.schema
    .createTable('job_runs')
    .addColumn('job', 'text', (column) => column.notNull())
    .addColumn('slot', 'bigint', (column) => column.notNull())
    .addColumn('attempt', 'integer', (column) => column.notNull())
    .addColumn('fence', 'bigint', (column) => column.notNull())
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('started_at', 'bigint', (column) => column.notNull())
    .addColumn('lease_until', 'bigint', (column) => column.notNull())
    .addColumn('finished_at', 'bigint')
    .addColumn('error', 'text')
    .addPrimaryKeyConstraint('job_runs_key', ['job', 'slot'])
    .execute()
  await db.schema
    .createTable('job_totals')
    .addColumn('job', 'text', (column) => column.primaryKey())
    .addColumn('fence', 'bigint', (column) => column.notNull())
    .addColumn('slot', 'bigint', (column) => column.notNull())
    .addColumn('runs', 'bigint', (column) => column.notNull())
    .execute()
}

async function bans(db: Kysely<Database>): Promise<void> {
  await db.schema
    .createTable('feeds')
    .addColumn('host', 'text', (column) => column.primaryKey())
    .addColumn('epoch', 'text', (column) => column.notNull())
    .addColumn('seq', 'integer', (column) => column.notNull())
    .execute()
  await db.schema
    .createTable('active_bans')
    .addColumn('host', 'text', (column) => column.notNull())
    .addColumn('jail', 'text', (column) => column.notNull())
    .addColumn('ip', 'text', (column) => column.notNull())
    .addColumn('ip_key', 'text', (column) => column.notNull())
    .addColumn('banned_at', 'bigint', (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .addColumn('ban_count', 'integer', (column) => column.notNull())
    .addColumn('failures', 'integer')
    .addColumn('matches', 'text')
    .addColumn('seen', 'bigint', (column) => column.notNull())
    // The address first: the key also serves the search for the beginning of an address.
    .addPrimaryKeyConstraint('active_bans_key', ['ip', 'host', 'jail'])
    .execute()
  // One index per order that a page of bans can be read in; each ends in the key that makes a cursor unambiguous. Every
  // further one makes every ban dearer.
  const orders: ReadonlyArray<readonly [string, ReadonlyArray<keyof Database['active_bans']>]> = [
    ['active_bans_by_time', ['banned_at', 'host', 'jail', 'ip']],
    ['active_bans_by_end', ['expires_at', 'host', 'jail', 'ip']],
    ['active_bans_by_address', ['ip_key', 'host', 'jail', 'ip']],
    ['active_bans_by_count', ['ban_count', 'host', 'jail', 'ip']],
    ['active_bans_in_jail_by_time', ['jail', 'banned_at', 'host', 'ip']],
  ]
  for (const [name, columns] of orders) {
    await db.schema
      .createIndex(name)
      .on('active_bans')
      .columns([...columns])
      .execute()
  }
  await db.schema
    .createTable('active_ban_counts')
    .addColumn('host', 'text', (column) => column.notNull())
    .addColumn('jail', 'text', (column) => column.notNull())
    .addColumn('count', 'integer', (column) => column.notNull())
    .addPrimaryKeyConstraint('active_ban_counts_key', ['host', 'jail'])
    .execute()
  await db.schema
    .createTable('ban_events')
    .addColumn('id', 'integer', (column) => column.primaryKey().autoIncrement())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('host', 'text', (column) => column.notNull())
    .addColumn('jail', 'text', (column) => column.notNull())
    .addColumn('ip', 'text', (column) => column.notNull())
    .addColumn('ip_key', 'text', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('imported', 'integer', (column) => column.notNull())
    .addColumn('expires_at', 'bigint')
    .addColumn('ban_count', 'integer')
    .addColumn('failures', 'integer')
    .addColumn('cause', 'text')
    .addColumn('matches', 'text')
    .execute()
  await db.schema.createIndex('ban_events_by_time').on('ban_events').columns(['at', 'id']).execute()
  await db.schema.createIndex('ban_events_by_address').on('ban_events').columns(['ip', 'at', 'id']).execute()
}
