import { sql, type Kysely } from 'kysely'
import type { Database } from '../schema.ts'

/**
 * Gives active bans ids, which rise with every new ban, so that a list can be shown as it was; indexes every three letters of
 * an address, so that any part of it is found; and remembers orders to lift many bans.
 */
export async function up(db: Kysely<Database>): Promise<void> {
  await addIds(db)
  await addTextIndex(db)
  await addUnbanJobs(db)
}

async function addIds(db: Kysely<Database>): Promise<void> {
  const columns = 'host, jail, ip, ip_key, banned_at, expires_at, ban_count, failures, matches, seen' as const
  await sql`alter table active_bans rename to active_bans_before`.execute(db)
  await db.schema
    .createTable('active_bans')
    .addColumn('id', 'integer', (column) => column.primaryKey().autoIncrement())
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
    .addUniqueConstraint('active_bans_key', ['ip', 'host', 'jail'])
    .execute()
  await sql`insert into active_bans (${sql.raw(columns)})
    select ${sql.raw(columns)} from active_bans_before order by banned_at`.execute(db)
  await sql`drop table active_bans_before`.execute(db)
  // As in 0001: one index per order that a page of bans can be read in.
  const orders: ReadonlyArray<readonly [string, readonly string[]]> = [
    ['active_bans_by_time', ['banned_at', 'host', 'jail', 'ip']],
    ['active_bans_by_end', ['expires_at', 'host', 'jail', 'ip']],
    ['active_bans_by_address', ['ip_key', 'host', 'jail', 'ip']],
    ['active_bans_by_count', ['ban_count', 'host', 'jail', 'ip']],
    ['active_bans_in_jail_by_time', ['jail', 'banned_at', 'host', 'ip']],
  ]
  for (const [name, names] of orders) {
    await sql`create index ${sql.ref(name)} on active_bans (${sql.raw(names.join(', '))})`.execute(db)
  }
}

/** Kept by triggers, so that it changes in the very transactions that change the bans. */
async function addTextIndex(db: Kysely<Database>): Promise<void> {
  await sql`create virtual table active_bans_text using fts5(
    ip, content='active_bans', content_rowid='id', tokenize='trigram')`.execute(db)
  await sql`insert into active_bans_text(active_bans_text) values ('rebuild')`.execute(db)
  await sql`create trigger active_bans_text_in after insert on active_bans begin
    insert into active_bans_text(rowid, ip) values (new.id, new.ip);
  end`.execute(db)
  await sql`create trigger active_bans_text_out after delete on active_bans begin
    insert into active_bans_text(active_bans_text, rowid, ip) values ('delete', old.id, old.ip);
  end`.execute(db)
}

async function addUnbanJobs(db: Kysely<Database>): Promise<void> {
  await db.schema
    .createTable('unban_jobs')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('username', 'text', (column) => column.notNull())
    .addColumn('filter', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('total', 'integer', (column) => column.notNull())
    .addColumn('mark', 'bigint', (column) => column.notNull())
    .addColumn('reached', 'bigint', (column) => column.notNull())
    .addColumn('unbanned', 'integer', (column) => column.notNull())
    .addColumn('gone', 'integer', (column) => column.notNull())
    .addColumn('failed', 'integer', (column) => column.notNull())
    .addColumn('failures', 'text', (column) => column.notNull())
    .addColumn('problem', 'text')
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('finished_at', 'bigint')
    .execute()
  await db.schema.createIndex('unban_jobs_by_time').on('unban_jobs').column('created_at').execute()
}
