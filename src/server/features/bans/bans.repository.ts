import { sql, type RawBuilder } from 'kysely'
import type { Ban, BanSort } from '../../../shared/ban.ts'
import { ipKey, listedIp, type IpEntry } from '../../../shared/ip.ts'
import { PERMANENT, reasonOf } from '../../db/ban-rows.ts'
import type { Db } from '../../db/database.ts'
import type { ActiveBanRow } from '../../db/schema.ts'
import type { BanPlace } from './ban-cursor.ts'
import { ORDERS, orderOf } from './ban-order.ts'

/** Which active bans are meant. */
export interface BanFilter {
  readonly host?: string | undefined
  readonly jail?: string | undefined
  /** The beginning of an address as it is spelt, or a network, which means all entries in it. */
  readonly within?: { readonly prefix: string } | { readonly network: IpEntry } | undefined
}

export interface BanList {
  readonly items: Ban[]
  readonly total: number
  /** Where the next page begins, if there is one. */
  readonly next: BanPlace | undefined
}

export interface BansRepository {
  page(request: {
    filter: BanFilter
    sort: BanSort
    limit: number
    after: BanPlace | undefined
  }): Promise<BanList>
  /** Bans of exactly this entry and of networks around it. */
  covering(entry: IpEntry): Promise<Ban[]>
  /** Bans of what lies inside a network, the network itself excluded. */
  inside(network: IpEntry, limit: number): Promise<Ban[]>
}

/**
 * Where a filter lets through at most one ban in so many, its own index finds them and they are sorted; otherwise the order's
 * index is read until the page is full. To look up one row costs about as much as to pass over this many entries of an index.
 */
export const FEW = 25

export function createBansRepository(db: Db): BansRepository {
  async function total(filter: BanFilter): Promise<number> {
    if (filter.within === undefined) {
      let query = db
        .selectFrom('active_ban_counts')
        .select((select) => select.fn.sum<number>('count').as('n'))
      if (filter.host !== undefined) query = query.where('host', '=', filter.host)
      if (filter.jail !== undefined) query = query.where('jail', '=', filter.jail)
      return (await query.executeTakeFirst())?.n ?? 0
    }
    const row = await db
      .selectFrom('active_bans')
      .select((select) => select.fn.countAll<number>().as('n'))
      .where(whereOf(filter, 'within'))
      .executeTakeFirst()
    return row?.n ?? 0
  }

  return {
    async page({ filter, sort, limit, after }) {
      const [count, all] = [await total(filter), await total({})]
      const { by, descending } = orderOf(sort)
      const { columns } = ORDERS[by]
      let query = db
        .selectFrom('active_bans')
        .selectAll()
        .where(whereOf(filter, leadFor(filter, by, count * FEW <= all)))
        .limit(limit + 1)
      for (const { name } of columns) query = query.orderBy(name, descending ? 'desc' : 'asc')
      if (after) {
        const sign = sql.raw(descending ? '<' : '>')
        query = query.where(
          sql<boolean>`(${sql.join(columns.map(({ name }) => sql.ref(name)))}) ${sign} (${sql.join(after.map((value) => sql.val(value)))})`,
        )
      }
      const rows = await query.execute()
      const last = rows[limit - 1]
      const next = rows.length > limit && last ? columns.map((column) => column.valueIn(last)) : undefined
      return { items: rows.slice(0, limit).map(toBan), total: count, next }
    },

    async covering(entry) {
      const rows = await db
        .selectFrom('active_bans')
        .selectAll()
        .where('ip_key', 'in', networksAround(entry))
        .orderBy('ip_key')
        .orderBy('host')
        .orderBy('jail')
        .limit(500)
        .execute()
      return rows.map(toBan)
    },

    async inside(network, limit) {
      const rows = await db
        .selectFrom('active_bans')
        .selectAll()
        .where('ip_key', '>', ipKey(network))
        .where('ip_key', '<', `${network.last}/~`)
        .orderBy('ip_key')
        .orderBy('host')
        .orderBy('jail')
        .limit(limit)
        .execute()
      return rows.map(toBan)
    },
  }
}

/** The condition that an index is to be searched with; the others are checked on what it finds. */
type Lead = 'within' | 'jail' | 'none'

function leadFor({ within, jail }: BanFilter, by: string, isFew: boolean): Lead {
  if (within !== undefined && (isFew || (by === 'ip' && 'network' in within))) return 'within'
  if (jail === undefined) return 'none'
  return isFew || by === 'bannedAt' || by === 'jail' ? 'jail' : 'none'
}

function whereOf({ host, jail, within }: BanFilter, lead: Lead): RawBuilder<boolean> {
  const conditions: RawBuilder<boolean>[] = [sql<boolean>`1 = 1`]
  const add = (condition: RawBuilder<boolean>, leads: boolean): void => {
    // `is true` changes nothing, but no index is searched with it.
    conditions.push(leads ? condition : sql<boolean>`(${condition}) is true`)
  }
  if (host !== undefined) add(sql<boolean>`host = ${host}`, false)
  if (jail !== undefined) add(sql<boolean>`jail = ${jail}`, lead === 'jail')
  if (within !== undefined) {
    const [from, to] =
      'prefix' in within
        ? [within.prefix, `${within.prefix}\u{10ffff}`]
        : [ipKey(within.network), `${within.network.last}/~`]
    const column = sql.ref('prefix' in within ? 'ip' : 'ip_key')
    add(sql<boolean>`${column} >= ${from} and ${column} < ${to}`, lead === 'within')
  }
  return sql<boolean>`${sql.join(conditions, sql` and `)}`
}

/** Keys of the entry itself and of every network that contains it. */
function networksAround(entry: IpEntry): string[] {
  const [address = ''] = entry.text.split('/')
  return Array.from({ length: entry.prefix + 1 }, (_, prefix) => {
    const network = listedIp(`${address}/${prefix}`)
    return network && network.family === entry.family ? ipKey(network) : ''
  }).filter((key) => key !== '')
}

function toBan(row: ActiveBanRow): Ban {
  const reason = reasonOf(row)
  return {
    host: row.host,
    jail: row.jail,
    ip: row.ip,
    bannedAt: new Date(row.banned_at).toISOString(),
    ...(row.expires_at !== PERMANENT && { expiresAt: new Date(row.expires_at).toISOString() }),
    banCount: row.ban_count,
    ...(reason && { reason }),
  }
}
