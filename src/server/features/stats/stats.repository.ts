import { sql } from 'kysely'
import { REPEAT_BANS, REPEAT_MS, SPANS } from '../../db/ban-figures.ts'
import type { Db } from '../../db/database.ts'

export type Span = (typeof SPANS)[keyof typeof SPANS]

export interface BanCount {
  readonly host: string
  readonly jail: string
  /** Number of the bucket, from 0. */
  readonly bucket: number
  readonly bans: number
}

export interface HostFigure {
  readonly host: string
  readonly slot: number
  readonly banned: number
  readonly failed: number
}

export interface Repeat {
  readonly host: string
  readonly ip: string
  readonly jail: string
  readonly bans: number
  readonly lastAt: number
}

/** Reads what was counted. Times are milliseconds since 1970; `host` undefined is all of them. */
export interface StatsRepository {
  /** Those of buckets that begin at `starts`, each ending where the next one begins, and the last one before `until`. */
  bans(span: Span, starts: readonly number[], until: number, host: string | undefined): Promise<BanCount[]>
  totalBans(span: Span, from: number, until: number, host: string | undefined): Promise<number>
  /** Each jail's newest ban, ever. */
  lastBans(host: string | undefined): Promise<Array<{ host: string; jail: string; at: number }>>
  /** When the oldest ban was that is counted. */
  oldestBanSlot(): Promise<number | undefined>
  figures(span: Span, from: number, until: number, host: string | undefined): Promise<HostFigure[]>
  oldestFigureSlot(host: string | undefined): Promise<number | undefined>
  countRepeats(now: number, host: string | undefined): Promise<number>
  /** By address and jail, of those that were banned most often. */
  worstRepeats(now: number, host: string | undefined, limit: number): Promise<Repeat[]>
  /** Forgets slots of `span` that began before. */
  forgetSlots(span: Span, before: number): Promise<void>
  forgetRepeats(before: number): Promise<void>
}

export function createStatsRepository(db: Db): StatsRepository {
  return {
    ...banCounts(db),
    ...hostFigures(db),
    ...repeats(db),
    async forgetSlots(span, before) {
      for (const table of ['ban_counts', 'host_figures'] as const) {
        await db.deleteFrom(table).where('span_ms', '=', span).where('slot', '<', before).execute()
      }
    },
  }
}

function banCounts(db: Db): Pick<StatsRepository, 'bans' | 'totalBans' | 'lastBans' | 'oldestBanSlot'> {
  const within = (span: Span, from: number, until: number, host: string | undefined) =>
    db
      .selectFrom('ban_counts')
      .where('span_ms', '=', span)
      .where('slot', '>=', from)
      .where('slot', '<', until)
      .$if(host !== undefined, (query) => query.where('host', '=', host ?? ''))
  return {
    async bans(span, starts, until, host) {
      const buckets = starts.map(
        (start, index) =>
          sql`(${index}, cast(${start} as bigint), cast(${starts[index + 1] ?? until} as bigint))`,
      )
      // Added up by the database: a month of ten jails is tens of thousands of slots.
      const { rows } =
        await sql<BanCount>`with buckets (bucket, begins, ends) as (values ${sql.join(buckets)})
        select bucket, host, jail, sum(bans) as bans from buckets
        join ban_counts on span_ms = ${span} and slot >= begins and slot < ends
        ${host === undefined ? sql`` : sql`where host = ${host}`}
        group by bucket, host, jail`.execute(db)
      return rows
    },

    async totalBans(span, from, until, host) {
      const row = await within(span, from, until, host)
        .select((select) => select.fn.sum<number | null>('bans').as('bans'))
        .executeTakeFirst()
      return row?.bans ?? 0
    },

    lastBans: (host) =>
      db
        .selectFrom('ban_counts')
        .select(['host', 'jail', 'last_at as at'])
        .where('span_ms', '=', SPANS.ever)
        .$if(host !== undefined, (query) => query.where('host', '=', host ?? ''))
        .execute(),

    async oldestBanSlot() {
      const row = await db
        .selectFrom('ban_counts')
        .select('slot')
        .where('span_ms', '=', SPANS.long)
        .orderBy('slot')
        .limit(1)
        .executeTakeFirst()
      return row?.slot
    },
  }
}

function hostFigures(db: Db): Pick<StatsRepository, 'figures' | 'oldestFigureSlot'> {
  return {
    figures: (span, from, until, host) =>
      db
        .selectFrom('host_figures')
        .select(['host', 'slot', 'banned', 'failed'])
        .where('span_ms', '=', span)
        .where('slot', '>=', from)
        .where('slot', '<', until)
        .$if(host !== undefined, (query) => query.where('host', '=', host ?? ''))
        .orderBy('slot')
        .execute(),

    async oldestFigureSlot(host) {
      const row = await db
        .selectFrom('host_figures')
        .select('slot')
        .where('span_ms', '=', SPANS.long)
        .$if(host !== undefined, (query) => query.where('host', '=', host ?? ''))
        .orderBy('slot')
        .limit(1)
        .executeTakeFirst()
      return row?.slot
    },
  }
}

/** How many are counted exactly, of those whose last count was the highest. */
const CANDIDATES = 50

function repeats(db: Db): Pick<StatsRepository, 'countRepeats' | 'worstRepeats' | 'forgetRepeats'> {
  const since = (now: number, host: string | undefined) =>
    db
      .selectFrom('repeat_offenders')
      .where('third_at', '>=', now - REPEAT_MS)
      .$if(host !== undefined, (query) => query.where('host', '=', host ?? ''))
  return {
    async countRepeats(now, host) {
      const row = await since(now, host)
        .select((select) => select.fn.countAll<number>().as('count'))
        .executeTakeFirst()
      return row?.count ?? 0
    },

    async worstRepeats(now, host, limit) {
      const worst = await since(now, host)
        .select(['host', 'ip'])
        .orderBy('bans', 'desc')
        .orderBy('last_at', 'desc')
        .limit(Math.max(limit, CANDIDATES))
        .execute()
      const found = await Promise.all(worst.map((offender) => bansOf(db, offender, now - REPEAT_MS)))
      return found
        .map((rows) => ({ rows, bans: rows.reduce((sum, row) => sum + row.bans, 0) }))
        .filter(({ bans }) => bans >= REPEAT_BANS)
        .toSorted((a, b) => b.bans - a.bans)
        .slice(0, limit)
        .flatMap(({ rows }) => rows)
    },

    async forgetRepeats(before) {
      await db.deleteFrom('repeat_offenders').where('third_at', '<', before).execute()
    },
  }
}

async function bansOf(db: Db, { host, ip }: { host: string; ip: string }, since: number): Promise<Repeat[]> {
  const rows = await db
    .selectFrom('ban_events')
    .select(['jail', sql<number>`count(*)`.as('bans'), sql<number>`max(at)`.as('lastAt')])
    .where('ip', '=', ip)
    .where('at', '>=', since)
    .where('host', '=', host)
    .where('kind', '=', 'ban')
    .groupBy('jail')
    .orderBy('bans', 'desc')
    .orderBy('jail')
    .execute()
  return rows.map((row) => ({ host, ip, ...row }))
}
