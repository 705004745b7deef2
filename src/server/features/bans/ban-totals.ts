import { sql } from 'kysely'
import type { Db } from '../../db/database.ts'
import { whereOf, type BanFilter, type FoundBans } from './ban-search.ts'

/** Searches whose counts are remembered at a time. */
const REMEMBERED = 200

/** Counts active bans. */
export interface BanTotals {
  /** Without any filter. */
  all(): Promise<number>
  of(filter: BanFilter, found: FoundBans | undefined): Promise<number>
  /** Of matching bans that came after `filter.upTo`. */
  newer(filter: BanFilter, found: FoundBans | undefined): Promise<number>
}

/**
 * Whatever is not searched for is counted where it is kept. A search that finds much has to look at every ban, which takes
 * milliseconds: such a count is remembered until the next batch of changes.
 */
export function createBanTotals(db: Db): BanTotals {
  const remembered = new Map<string, number>()
  let revision = ''

  async function kept(filter: Pick<BanFilter, 'host' | 'jail'>): Promise<number> {
    let query = db.selectFrom('active_ban_counts').select((select) => select.fn.sum<number>('count').as('n'))
    if (filter.host !== undefined) query = query.where('host', '=', filter.host)
    if (filter.jail !== undefined) query = query.where('jail', '=', filter.jail)
    return (await query.executeTakeFirst())?.n ?? 0
  }

  async function searched(filter: BanFilter, found: FoundBans): Promise<number> {
    const row = await db
      .selectFrom('active_bans')
      .select((select) => select.fn.countAll<number>().as('n'))
      .where(whereOf(filter, found, found.leads ? 'search' : filter.jail === undefined ? 'none' : 'jail'))
      .executeTakeFirst()
    return row?.n ?? 0
  }

  async function newer(filter: BanFilter, found: FoundBans | undefined): Promise<number> {
    if (filter.upTo === undefined) return 0
    const row = await db
      .selectFrom('active_bans')
      .select((select) => select.fn.countAll<number>().as('n'))
      .where('id', '>', filter.upTo)
      .where(whereOf({ ...filter, upTo: undefined }, found, 'none'))
      .executeTakeFirst()
    return row?.n ?? 0
  }

  return {
    all: () => kept({}),
    newer,

    async of(filter, found) {
      if (!found) return (await kept(filter)) - (await newer(filter, found))
      const now = await revisionOf(db)
      if (now !== revision || remembered.size >= REMEMBERED) remembered.clear()
      revision = now
      const key = JSON.stringify(filter)
      const known = remembered.get(key)
      if (known !== undefined) return known
      const count = await searched(filter, found)
      // Another request may have noticed meanwhile that the bans have changed.
      if (revision === now) remembered.set(key, count)
      return count
    },
  }
}

/** Differs after every batch of changes that was applied, by whichever process. */
async function revisionOf(db: Db): Promise<string> {
  const { rows } = await sql<{ feed: string }>`select host || ' ' || epoch || ' ' || seq as feed from feeds
    order by host`.execute(db)
  return rows.map((row) => row.feed).join('\n')
}
