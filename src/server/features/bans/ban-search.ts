import { sql, type RawBuilder } from 'kysely'
import { ipKey, listedIp, parseIp, type IpEntry } from '../../../shared/ip.ts'
import type { Db } from '../../db/database.ts'

/**
 * Where a filter lets through at most one ban in so many, its own index finds them and they are sorted; otherwise the order's
 * index is read until the page is full. To look up one row costs about as much as to pass over this many entries of an index.
 */
export const FEW = 25

/** What somebody searches for: a part of an address or of a jail's name, or a network, which means all entries in it. */
export type BanSearch =
  { readonly text: string; readonly address?: IpEntry | undefined } | { readonly network: IpEntry }

/** Which active bans are meant. */
export interface BanFilter {
  readonly host?: string | undefined
  readonly jail?: string | undefined
  readonly search?: BanSearch | undefined
  /** Leaves out bans with a higher id, which are those that came later. */
  readonly upTo?: number | undefined
}

/** Reads `q`. Addresses and networks are taken in any spelling; undefined: nothing is searched for. */
export function readSearch(q: string | undefined): BanSearch | undefined {
  const text = (q ?? '')
    .replaceAll(/\p{Cc}/gu, '')
    .trim()
    .toLowerCase()
  if (text === '') return undefined
  const parsed = parseIp(text)
  const entry = parsed.ok ? parsed.entry : listedIp(text)
  if (entry?.kind === 'network') return { network: entry }
  return entry ? { text: entry.text, address: entry } : { text }
}

/** A search as SQL. `leads`: there is an index to begin with; otherwise it is checked on each row. */
export interface FoundBans {
  readonly condition: RawBuilder<boolean>
  readonly leads: boolean
}

/**
 * Prepares a search among `all` active bans. Any three letters are looked up in an index; where they are so common that
 * more than `most` have them, or where there are fewer letters, every address is compared.
 */
export async function prepare(db: Db, search: BanSearch, most: number): Promise<FoundBans> {
  if ('network' in search) {
    const { network } = search
    const condition = sql<boolean>`ip_key >= ${ipKey(network)} and ip_key < ${`${network.last}/~`}`
    return { condition, leads: true }
  }
  const like = `%${search.text.replaceAll(/[\\%_]/g, '\\$&')}%`
  const others: RawBuilder<boolean>[] = []
  const jails = await jailsLike(db, like)
  if (jails.length > 0) others.push(sql<boolean>`jail in (${sql.join(jails)})`)
  const around = search.address ? await networksWith(db, search.address) : []
  if (around.length > 0) others.push(sql<boolean>`id in (${sql.join(around)})`)
  const contains = sql<boolean>`ip like ${like} escape '\\'`
  const ids = await idsWith(db, search.text, contains, most)
  const text = ids ? sql<boolean>`id in (select value from json_each(${JSON.stringify(ids)}))` : contains
  return { condition: sql<boolean>`(${sql.join([text, ...others], sql` or `)})`, leads: ids !== undefined }
}

/** Ids of the bans whose address has the text in it; undefined where they are more than `most`, or no index helps. */
async function idsWith(
  db: Db,
  text: string,
  contains: RawBuilder<boolean>,
  most: number,
): Promise<number[] | undefined> {
  if (!/^...+/u.test(text)) return undefined
  const phrase = `"${text.replaceAll('"', '""')}"`
  const { rows } = await sql<{ id: number }>`select rowid as id from active_bans_text
    where active_bans_text match ${phrase} and ${contains} limit ${most + 1}`.execute(db)
  return rows.length > most ? undefined : rows.map((row) => row.id)
}

async function jailsLike(db: Db, like: string): Promise<string[]> {
  const rows = await db
    .selectFrom('active_ban_counts')
    .select('jail')
    .distinct()
    .where('count', '>', 0)
    .where(sql<boolean>`jail like ${like} escape '\\'`)
    .execute()
  return rows.map((row) => row.jail)
}

/** Ids of banned networks that hold the address. */
async function networksWith(db: Db, address: IpEntry): Promise<number[]> {
  const rows = await db
    .selectFrom('active_bans')
    .select('id')
    .where('ip_key', 'in', keysAround(address))
    .where('ip', '<>', address.text)
    .execute()
  return rows.map((row) => row.id)
}

/** Keys of the entry itself and of every network that contains it. */
export function keysAround(entry: IpEntry): string[] {
  const [address = ''] = entry.text.split('/')
  return Array.from({ length: entry.prefix + 1 }, (_, prefix) => {
    const network = listedIp(`${address}/${prefix}`)
    return network && network.family === entry.family ? ipKey(network) : ''
  }).filter((key) => key !== '')
}

/** What an index is to be searched with; the other conditions are checked on what it finds. */
export type Lead = 'search' | 'jail' | 'none'

export function whereOf(
  { host, jail, upTo }: BanFilter,
  found: FoundBans | undefined,
  lead: Lead,
): RawBuilder<boolean> {
  const conditions: RawBuilder<boolean>[] = [sql<boolean>`1 = 1`]
  const add = (condition: RawBuilder<boolean>, leads: boolean): void => {
    // `is true` changes nothing, but no index is searched with it.
    conditions.push(leads ? condition : sql<boolean>`(${condition}) is true`)
  }
  if (host !== undefined) add(sql<boolean>`host = ${host}`, false)
  if (jail !== undefined) add(sql<boolean>`jail = ${jail}`, lead === 'jail')
  if (upTo !== undefined) add(sql<boolean>`id <= ${upTo}`, false)
  if (found) add(found.condition, lead === 'search')
  return sql<boolean>`${sql.join(conditions, sql` and `)}`
}
