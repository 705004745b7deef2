import { sql } from 'kysely'
import type { Ban, BanSort } from '../../../shared/ban.ts'
import { ipKey, type IpEntry } from '../../../shared/ip.ts'
import { PERMANENT, reasonOf } from '../../db/ban-rows.ts'
import type { Db } from '../../db/database.ts'
import type { ActiveBanRow } from '../../db/schema.ts'
import type { BanPlace } from './ban-cursor.ts'
import { ORDERS, orderOf } from './ban-order.ts'
import { keysAround, whereOf, type BanFilter, type Lead } from './ban-search.ts'
import { measure, type Measured } from './ban-totals.ts'
import { lightBans } from './light-bans.ts'
import { untilBansChange } from './until-change.ts'

export interface BanList {
  /** With as much of their reasons as a list has room for. */
  readonly items: Ban[]
  /** How many match. */
  readonly total: number
  /** Where the next page begins, if there is one. */
  readonly next: BanPlace | undefined
  /** Active bans without any filter. */
  readonly all: number
  /** The highest id of an active ban. */
  readonly mark: number
  /** Matching bans that came after `filter.upTo`. */
  readonly newer: number
}

export interface BanPageRequest {
  readonly filter: BanFilter
  readonly sort: BanSort
  readonly limit: number
  /** Where the page begins: behind a place of the list, or behind so many bans. */
  readonly after?: BanPlace | undefined
  readonly offset?: number | undefined
}

export interface BanRef {
  readonly id: number
  readonly host: string
  readonly jail: string
  readonly ip: string
}

export interface BansRepository {
  page(request: BanPageRequest): Promise<BanList>
  /** Every ban that matches, some hundred at a time. */
  batches(request: { filter: BanFilter; sort: BanSort }): AsyncGenerator<Ban[]>
  find(key: { host: string; jail: string; ip: string }): Promise<Ban | undefined>
  count(filter: BanFilter): Promise<number>
  /** Matching bans with the lowest ids above `after`, in the order of these. */
  refs(filter: BanFilter, after: number, limit: number): Promise<BanRef[]>
  /** Bans of exactly this entry and of networks around it. */
  covering(entry: IpEntry): Promise<Ban[]>
  /** Bans of what lies inside a network, the network itself excluded. */
  inside(network: IpEntry, limit: number): Promise<Ban[]>
}

const BATCH = 250
const SEARCHES_REMEMBERED = 100
/** Each of at most 200 kB. */
const PAGES_REMEMBERED = 40

export function createBansRepository(db: Db): BansRepository {
  const measured = untilBansChange(db, SEARCHES_REMEMBERED, (filter: BanFilter) => measure(db, filter))

  return {
    page: untilBansChange(db, PAGES_REMEMBERED, async ({ filter, ...request }: BanPageRequest) => {
      const found = await measured(filter)
      const { total, all, newer } = found
      const page = await readPage(db, found, request)
      const items = lightBans(page.items)
      return { items, next: page.next, total, all, newer, mark: await newestId(db) }
    }),

    async *batches({ filter, sort }) {
      const read = await measured(filter)
      const { by, descending } = orderOf(sort)
      for (let after: BanPlace | undefined; ;) {
        const rows = await readRows(db, read, { by, descending, limit: BATCH, after })
        if (rows.length > 0) yield rows.map(toBan)
        const last = rows.at(-1)
        if (rows.length < BATCH || !last) return
        after = placeOf(last, by)
      }
    },

    async find({ host, jail, ip }) {
      const row = await db
        .selectFrom('active_bans')
        .selectAll()
        .where('ip', '=', ip)
        .where('host', '=', host)
        .where('jail', '=', jail)
        .executeTakeFirst()
      return row && toBan(row)
    },

    count: async (filter) => (await measure(db, filter)).total,

    async refs(filter, after, limit) {
      const wanted = await measured(filter)
      const lead = leadFor(wanted, 'id')
      const behind = sql<boolean>`id > ${after}`
      return (
        db
          .selectFrom('active_bans')
          .select(['id', 'host', 'jail', 'ip'])
          .where(lead === 'none' ? behind : sql<boolean>`(${behind}) is true`)
          // With its `upTo`, whatever was measured: nobody has asked for bans that come meanwhile.
          .where(whereOf(filter, wanted.found, lead))
          .orderBy('id')
          .limit(limit)
          .execute()
      )
    },

    covering: (entry) => covering(db, entry),
    inside: (network, limit) => inside(db, network, limit),
  }
}

/** A page far down is read from the end, since what lies before it is passed over one by one. */
async function readPage(
  db: Db,
  measured: Measured,
  { sort, limit, after, offset = 0 }: Omit<BanPageRequest, 'filter'>,
): Promise<Pick<BanList, 'items' | 'next'>> {
  const { by, descending } = orderOf(sort)
  const left = Math.max(0, measured.total - offset)
  const isFar = after === undefined && offset > left
  if (isFar && left === 0) return { items: [], next: undefined }
  const rows = await readRows(
    db,
    measured,
    isFar
      ? { by, descending: !descending, limit: Math.min(limit, left), skip: Math.max(0, left - limit) }
      : { by, descending, limit: limit + 1, after, skip: offset },
  )
  if (isFar) rows.reverse()
  const last = rows[limit - 1]
  const hasMore = isFar ? left > limit : rows.length > limit
  return {
    items: rows.slice(0, limit).map(toBan),
    next: hasMore && last ? placeOf(last, by) : undefined,
  }
}

function readRows(db: Db, measured: Measured, reading: Reading): Promise<ActiveBanRow[]> {
  const { by, descending, limit, after, skip = 0 } = reading
  const { columns } = ORDERS[by]
  const where = whereOf(measured.filter, measured.found, leadFor(measured, by))
  let query = db.selectFrom('active_bans').selectAll().where(where).limit(limit)
  for (const { name } of columns) query = query.orderBy(name, descending ? 'desc' : 'asc')
  if (skip > 0) query = query.offset(skip)
  if (after) {
    const sign = sql.raw(descending ? '<' : '>')
    query = query.where(
      sql<boolean>`(${sql.join(columns.map(({ name }) => sql.ref(name)))}) ${sign} (${sql.join(after.map((value) => sql.val(value)))})`,
    )
  }
  return query.execute()
}

type OrderName = keyof typeof ORDERS

/** How the rows of an order are read. */
interface Reading {
  readonly by: OrderName
  readonly descending: boolean
  readonly limit: number
  readonly after?: BanPlace | undefined
  readonly skip?: number
}

function leadFor({ filter, found, isFew }: Measured, by: OrderName | 'id'): Lead {
  const { jail, search } = filter
  const isRange = search !== undefined && 'network' in search
  if (found?.leads === true && (isFew || (by === 'ip' && isRange))) return 'search'
  if (jail === undefined) return 'none'
  return isFew || by === 'bannedAt' || by === 'jail' ? 'jail' : 'none'
}

function placeOf(row: ActiveBanRow, by: OrderName): BanPlace {
  return ORDERS[by].columns.map((column) => column.valueIn(row))
}

/** Bans that come later have higher ids, even if those with the highest have ended. */
async function newestId(db: Db): Promise<number> {
  const row = await db
    .selectFrom('active_bans')
    .select((select) => select.fn.max('id').as('id'))
    .executeTakeFirst()
  return row?.id ?? 0
}

async function covering(db: Db, entry: IpEntry): Promise<Ban[]> {
  const rows = await db
    .selectFrom('active_bans')
    .selectAll()
    .where('ip_key', 'in', keysAround(entry))
    .orderBy('ip_key')
    .orderBy('host')
    .orderBy('jail')
    .limit(500)
    .execute()
  return rows.map(toBan)
}

async function inside(db: Db, network: IpEntry, limit: number): Promise<Ban[]> {
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
