import { sql, type Kysely } from 'kysely'
import type { Database } from '../schema.ts'

const SPANS_MS = [120_000, 900_000, 0]
const WEEK_MS = 7 * 86_400_000

/** Figures that are kept while bans come in, since counting the archive again for each chart would take too long. */
export async function up(db: Kysely<Database>): Promise<void> {
  await db.schema
    .createTable('ban_counts')
    .addColumn('span_ms', 'integer', (column) => column.notNull())
    .addColumn('slot', 'bigint', (column) => column.notNull())
    .addColumn('host', 'text', (column) => column.notNull())
    .addColumn('jail', 'text', (column) => column.notNull())
    .addColumn('bans', 'integer', (column) => column.notNull())
    .addColumn('last_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('ban_counts_key', ['span_ms', 'slot', 'host', 'jail'])
    .execute()
  await db.schema
    .createTable('repeat_offenders')
    .addColumn('host', 'text', (column) => column.notNull())
    .addColumn('ip', 'text', (column) => column.notNull())
    .addColumn('third_at', 'bigint', (column) => column.notNull())
    .addColumn('last_at', 'bigint', (column) => column.notNull())
    .addColumn('bans', 'integer', (column) => column.notNull())
    .addPrimaryKeyConstraint('repeat_offenders_key', ['host', 'ip'])
    .execute()
  await db.schema
    .createIndex('repeat_offenders_by_time')
    .on('repeat_offenders')
    .columns(['third_at', 'host'])
    .execute()
  await db.schema
    .createTable('host_figures')
    .addColumn('span_ms', 'integer', (column) => column.notNull())
    .addColumn('slot', 'bigint', (column) => column.notNull())
    .addColumn('host', 'text', (column) => column.notNull())
    .addColumn('banned', 'integer', (column) => column.notNull())
    .addColumn('failed', 'integer', (column) => column.notNull())
    .addPrimaryKeyConstraint('host_figures_key', ['span_ms', 'slot', 'host'])
    .execute()
  await countTheArchive(db)
}

async function countTheArchive(db: Kysely<Database>): Promise<void> {
  for (const span of SPANS_MS) {
    const slot = span === 0 ? sql`0` : sql`at - at % ${sql.lit(span)}`
    await sql`insert into ban_counts (span_ms, slot, host, jail, bans, last_at)
      select ${sql.lit(span)}, ${slot}, host, jail, count(*), max(at) from ban_events
      where kind = 'ban' group by 2, host, jail`.execute(db)
  }
  await sql`insert into repeat_offenders (host, ip, third_at, last_at, bans)
    select host, ip, max(case when place = 3 then at end), max(at), count(*) from (
      select host, ip, at, row_number() over (partition by host, ip order by at desc) as place
      from ban_events where kind = 'ban' and at >= ${Date.now() - WEEK_MS}
    ) as recent group by host, ip having count(*) >= 3`.execute(db)
}
