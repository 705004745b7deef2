import type { BanSort } from '../../../shared/ban.ts'
import type { ActiveBanRow } from '../../db/schema.ts'

type OrderName = Exclude<BanSort, `-${string}`>

interface OrderColumn {
  readonly name: keyof ActiveBanRow
  readonly type: 'number' | 'string'
  valueIn(row: ActiveBanRow): string | number
}

interface Order {
  /** Unambiguous together; there is an index of exactly these, but for `bannedAt` within a jail, which has its own. */
  readonly columns: readonly OrderColumn[]
}

const host = text('host')
const jail = text('jail')
const ip = text('ip')
const bannedAt = number('banned_at')

export const ORDERS: Record<OrderName, Order> = {
  bannedAt: { columns: [bannedAt, host, jail, ip] },
  expiresAt: { columns: [number('expires_at'), host, jail, ip] },
  ip: { columns: [text('ip_key'), host, jail, ip] },
  jail: { columns: [jail, bannedAt, host, ip] },
  banCount: { columns: [number('ban_count'), host, jail, ip] },
}

export function orderOf(sort: BanSort): { by: OrderName; descending: boolean } {
  const descending = sort.startsWith('-')
  // What is left of a BanSort without its sign is the name of an order.
  return { by: (descending ? sort.slice(1) : sort) as OrderName, descending }
}

function text(name: 'host' | 'jail' | 'ip' | 'ip_key'): OrderColumn {
  return { name, type: 'string', valueIn: (row) => row[name] }
}

function number(name: 'banned_at' | 'expires_at' | 'ban_count'): OrderColumn {
  return { name, type: 'number', valueIn: (row) => row[name] }
}
