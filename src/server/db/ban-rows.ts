import { z } from 'zod'
import type { BanReason } from '../../shared/ban.ts'
import { ipKey, listedIp } from '../../shared/ip.ts'

/** `expires_at` of an active ban that does not expire. */
export const PERMANENT = Number.MAX_SAFE_INTEGER

const Matches = z.array(z.string())

/** The reason as it is stored with a ban or its archive entry; undefined when fail2ban's database has not told of it. */
export function reasonOf(row: { failures: number | null; matches: string | null }): BanReason | undefined {
  if (row.matches === null) return undefined
  return { failures: row.failures ?? 0, matches: Matches.parse(JSON.parse(row.matches)) }
}

/** The columns of a reason. */
export function reasonColumns(reason: BanReason | null): { failures: number | null; matches: string | null } {
  if (reason === null) return { failures: null, matches: null }
  return { failures: reason.failures, matches: JSON.stringify(reason.matches) }
}

/** Value of `ip_key`: sorts in address order; what is no address (a user name) comes after all addresses. */
export function ipKeyOf(ip: string): string {
  const entry = listedIp(ip)
  return entry === undefined ? `z${ip}` : ipKey(entry)
}
