import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import type { UnbanCause } from '../../../shared/event.ts'
import type { Db } from '../../db/database.ts'
import type { AnyRun } from './ban-changes.ts'
import { applyRun, archiveEnds, remove, type Tx } from './ban-writes.ts'

/** How far a host's feed was applied. */
export interface FeedMark {
  readonly epoch: string
  readonly seq: number
}

/** One host's feed as it is written to the database. Every write may be repeated without a second effect. */
export interface BanFeedRepository {
  position(host: string): Promise<FeedMark | undefined>
  /** Remembers the batch as applied; false, and nothing is changed, where the feed has moved on from `from` meanwhile. */
  advance(host: string, from: FeedMark | undefined, to: FeedMark): Promise<boolean>
  apply(host: string, epoch: string, runs: readonly AnyRun[]): Promise<void>
  /**
   * Ends active bans of a jail: all, or those that `epoch` has not named. Looks at up to `limit` of them, beginning behind
   * `after`, and returns where it stopped; undefined at the end of the jail.
   */
  sweep(request: SweepRequest): Promise<SweepPlace | undefined>
  jailsWithBans(host: string): Promise<string[]>
  hosts(): Promise<string[]>
  /** Of the newest ban in the archive. */
  newestBanAt(host: string): Promise<number | undefined>
  newestEventId(): Promise<number>
  /** Takes entries older than this out of the archive, the oldest first, and returns how many it took. */
  forgetEvents(olderThan: number, limit: number): Promise<number>
}

export interface SweepPlace {
  readonly bannedAt: number
  readonly ip: string
}

export interface SweepRequest {
  readonly host: string
  readonly jail: string
  readonly unlessNamedIn: string | undefined
  readonly at: number
  /** How a ban ended whose time had not passed. */
  readonly cause: UnbanCause
  readonly after: SweepPlace | undefined
  readonly limit: number
}

export function createBanFeedRepository(db: Db): BanFeedRepository {
  const atOnce = <T>(work: (tx: Tx) => Promise<T>): Promise<T> => db.transaction().execute(work)

  return {
    position: (host) =>
      db.selectFrom('feeds').select(['epoch', 'seq']).where('host', '=', host).executeTakeFirst(),

    async advance(host, from, to) {
      return atOnce(async (tx) => {
        const now = await tx
          .selectFrom('feeds')
          .select(['epoch', 'seq'])
          .where('host', '=', host)
          .executeTakeFirst()
        if (now?.epoch !== from?.epoch || now?.seq !== from?.seq) return false
        await tx
          .insertInto('feeds')
          .values({ host, ...to })
          .onConflict((conflict) => conflict.column('host').doUpdateSet(to))
          .execute()
        return true
      })
    },

    async apply(host, epoch, runs) {
      const seen = markOf(epoch)
      await atOnce(async (tx) => {
        for (const run of runs) await applyRun(tx, host, run, seen)
      })
    },

    sweep: (request) => atOnce((tx) => sweep(tx, request)),

    async jailsWithBans(host) {
      const rows = await db
        .selectFrom('active_ban_counts')
        .select('jail')
        .where('host', '=', host)
        .where('count', '>', 0)
        .execute()
      return rows.map((row) => row.jail)
    },

    async hosts() {
      return (await db.selectFrom('feeds').select('host').execute()).map((row) => row.host)
    },

    ...archiveOf(db),
  }
}

function archiveOf(db: Db): Pick<BanFeedRepository, 'newestBanAt' | 'newestEventId' | 'forgetEvents'> {
  return {
    async newestBanAt(host) {
      const row = await db
        .selectFrom('ban_events')
        .select('at')
        .where('host', '=', host)
        .where('kind', '=', 'ban')
        .orderBy('at', 'desc')
        .orderBy('id', 'desc')
        .limit(1)
        .executeTakeFirst()
      return row?.at
    },

    async newestEventId() {
      const row = await db
        .selectFrom('ban_events')
        .select((select) => select.fn.max('id').as('id'))
        .executeTakeFirst()
      return row?.id ?? 0
    },

    async forgetEvents(olderThan, limit) {
      const old = db
        .selectFrom('ban_events')
        .select('id')
        .where('at', '<', olderThan)
        .orderBy('at')
        .limit(limit)
      const result = await db.deleteFrom('ban_events').where('id', 'in', old).executeTakeFirst()
      return Number(result.numDeletedRows)
    },
  }
}

/** A number for an epoch, so that "not named in this epoch" is one comparison. */
function markOf(epoch: string): number {
  return Number.parseInt(createHash('sha256').update(epoch).digest('hex').slice(0, 12), 16)
}

async function sweep(tx: Tx, request: SweepRequest): Promise<SweepPlace | undefined> {
  const { host, jail, after, limit, unlessNamedIn } = request
  let query = tx
    .selectFrom('active_bans')
    .select(['ip', 'banned_at', 'seen'])
    .where('jail', '=', jail)
    // `|| ''`: taken as a constant, the host would keep SQLite from reading the index in its order.
    .where(sql<boolean>`host || '' = ${host}`)
    .orderBy('banned_at')
    .orderBy('host')
    .orderBy('ip')
    .limit(limit)
  if (after)
    query = query.where(sql<boolean>`(banned_at, host, ip) > (${after.bannedAt}, ${host}, ${after.ip})`)
  const rows = await query.execute()
  const mark = unlessNamedIn === undefined ? undefined : markOf(unlessNamedIn)
  const unseen = rows.filter((row) => row.seen !== mark).map((row) => row.ip)
  const ended = await remove(tx, host, jail, unseen)
  await archiveEnds(tx, host, jail, ended, (ban) =>
    ban.expiresAt <= request.at
      ? { at: ban.expiresAt, cause: 'expired' }
      : { at: request.at, cause: request.cause },
  )
  const last = rows.at(-1)
  return rows.length < limit || !last ? undefined : { bannedAt: last.banned_at, ip: last.ip }
}
