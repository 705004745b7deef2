import { sql, type Transaction } from 'kysely'
import type { Database } from './schema.ts'

/**
 * Bans counted as they go into the archive, so that nobody has to count 100,000 entries to draw a chart. Each ban counts in
 * one slot of every span: two minutes for the last hours, a quarter of an hour (which any time zone's days are made of) for
 * as long as the archive is kept, and one slot for ever.
 */
export const SPANS = { short: 120_000, long: 900_000, ever: 0 } as const

export const REPEAT_DAYS = 7
/** From so many bans on within REPEAT_DAYS an address is a repeat offender. */
export const REPEAT_BANS = 3
export const REPEAT_MS = REPEAT_DAYS * 86_400_000

export function slotOf(at: number, spanMs: number): number {
  return spanMs === 0 ? 0 : Math.floor(at / spanMs) * spanMs
}

export interface Place {
  readonly host: string
  readonly jail: string
}

type Tx = Transaction<Database>

/** Counts bans of these times, milliseconds since 1970; `by` -1 takes them back. */
export async function countBans(
  tx: Tx,
  place: Place,
  times: readonly number[],
  by: 1 | -1 = 1,
): Promise<void> {
  if (times.length === 0) return
  const slots = new Map<string, { span_ms: number; slot: number; bans: number; last_at: number }>()
  for (const span of Object.values(SPANS)) {
    for (const at of times) {
      const slot = slotOf(at, span)
      const counted = slots.get(`${span} ${slot}`) ?? { span_ms: span, slot, bans: 0, last_at: 0 }
      const last_at = Math.max(counted.last_at, at)
      slots.set(`${span} ${slot}`, { ...counted, bans: counted.bans + by, last_at })
    }
  }
  await tx
    .insertInto('ban_counts')
    .values([...slots.values()].map((slot) => ({ ...slot, ...place })))
    .onConflict((conflict) =>
      conflict.columns(['span_ms', 'slot', 'host', 'jail']).doUpdateSet({
        bans: sql<number>`ban_counts.bans + excluded.bans`,
        last_at: sql<number>`case when excluded.last_at > ban_counts.last_at then excluded.last_at else ban_counts.last_at end`,
      }),
    )
    .execute()
}

/** A ban that was counted at one time has happened at another; where the slots are the same there is nothing to do. */
export async function recountBan(tx: Tx, place: Place, from: number, to: number): Promise<void> {
  const { short, long } = SPANS
  if (slotOf(from, short) === slotOf(to, short) && slotOf(from, long) === slotOf(to, long)) return
  await countBans(tx, place, [from], -1)
  await countBans(tx, place, [to])
}

/** Of these addresses, which were just banned at `times`, those that are repeat offenders are noted as such. */
export async function noteRepeats(
  tx: Tx,
  host: string,
  ips: readonly string[],
  times: readonly number[],
): Promise<void> {
  if (ips.length === 0) return
  const rows = await tx
    .selectFrom('ban_events')
    .select(['ip', 'at'])
    .where('ip', 'in', ips)
    .where('at', '>=', Math.min(...times) - REPEAT_MS)
    .where('host', '=', host)
    .where('kind', '=', 'ban')
    .execute()
  const newestFirst = rows.toSorted((a, b) => b.at - a.at)
  const bansOf = Map.groupBy(newestFirst, (row) => row.ip)
  const repeats = [...bansOf].flatMap(([ip, bans]) => {
    const [last, , third] = bans
    if (!last || !third || third.at < last.at - REPEAT_MS) return []
    const recent = bans.filter((ban) => ban.at >= last.at - REPEAT_MS).length
    return { host, ip, third_at: third.at, last_at: last.at, bans: recent }
  })
  if (repeats.length === 0) return
  await tx
    .insertInto('repeat_offenders')
    .values(repeats)
    .onConflict((conflict) =>
      conflict.columns(['host', 'ip']).doUpdateSet((set) => ({
        third_at: set.ref('excluded.third_at'),
        last_at: set.ref('excluded.last_at'),
        bans: set.ref('excluded.bans'),
      })),
    )
    .execute()
}
