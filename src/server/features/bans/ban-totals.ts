import type { Db } from '../../db/database.ts'
import { FEW, prepare, whereOf, type BanFilter, type FoundBans } from './ban-search.ts'

/** A filter, and how much of everything it lets through. */
export interface Measured {
  readonly filter: BanFilter
  readonly found: FoundBans | undefined
  readonly total: number
  /** Without any filter. */
  readonly all: number
  /** Matching bans that came after `filter.upTo`. */
  readonly newer: number
  readonly isFew: boolean
}

/**
 * Counts the bans that a filter lets through. Where nothing is searched, counts are kept; a search that finds much has to look
 * at every ban, which takes milliseconds.
 */
export async function measure(db: Db, asked: BanFilter): Promise<Measured> {
  const all = await kept(db, {})
  const found = asked.search && (await prepare(db, asked.search, Math.floor(all / FEW)))
  const newer = await countNewer(db, asked, found)
  // As long as nothing is newer there is nothing to leave out, and not to compare saves half of a long way.
  const filter = newer === 0 ? { ...asked, upTo: undefined } : asked
  const total = found ? await searched(db, filter, found) : (await kept(db, filter)) - newer
  return { filter, found, total, all, newer, isFew: total * FEW <= all }
}

async function kept(db: Db, { host, jail }: Pick<BanFilter, 'host' | 'jail'>): Promise<number> {
  let query = db.selectFrom('active_ban_counts').select((select) => select.fn.sum<number>('count').as('n'))
  if (host !== undefined) query = query.where('host', '=', host)
  if (jail !== undefined) query = query.where('jail', '=', jail)
  return (await query.executeTakeFirst())?.n ?? 0
}

async function searched(db: Db, filter: BanFilter, found: FoundBans): Promise<number> {
  const row = await db
    .selectFrom('active_bans')
    .select((select) => select.fn.countAll<number>().as('n'))
    .where(whereOf(filter, found, found.leads ? 'search' : filter.jail === undefined ? 'none' : 'jail'))
    .executeTakeFirst()
  return row?.n ?? 0
}

async function countNewer(db: Db, filter: BanFilter, found: FoundBans | undefined): Promise<number> {
  if (filter.upTo === undefined) return 0
  const row = await db
    .selectFrom('active_bans')
    .select((select) => select.fn.countAll<number>().as('n'))
    .where('id', '>', filter.upTo)
    .where(whereOf({ ...filter, upTo: undefined }, found, 'none'))
    .executeTakeFirst()
  return row?.n ?? 0
}
