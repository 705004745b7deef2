import type { BanEvent } from '../../../shared/event.ts'
import { reasonOf } from '../../db/ban-rows.ts'
import type { Db } from '../../db/database.ts'
import type { BanEventRow } from '../../db/schema.ts'

/** The archive of bans and unbans, to be read. */
export interface EventsRepository {
  newestId(): Promise<number>
  /** News behind `after` up to and including `upTo`, oldest first; what was imported from the past is left out. */
  newsBetween(after: number, upTo: number, limit: number): Promise<BanEvent[]>
  /** Newest first. */
  ofIp(ip: string, limit: number): Promise<BanEvent[]>
}

export function createEventsRepository(db: Db): EventsRepository {
  return {
    async newestId() {
      const row = await db
        .selectFrom('ban_events')
        .select((select) => select.fn.max('id').as('id'))
        .executeTakeFirst()
      return row?.id ?? 0
    },

    async newsBetween(after, upTo, limit) {
      const rows = await db
        .selectFrom('ban_events')
        .selectAll()
        .where('id', '>', after)
        .where('id', '<=', upTo)
        .where('imported', '=', 0)
        .orderBy('id')
        .limit(limit)
        .execute()
      return rows.map(toEvent)
    },

    async ofIp(ip, limit) {
      const rows = await db
        .selectFrom('ban_events')
        .selectAll()
        .where('ip', '=', ip)
        .orderBy('at', 'desc')
        .orderBy('id', 'desc')
        .limit(limit)
        .execute()
      return rows.map(toEvent)
    },
  }
}

function toEvent(row: BanEventRow): BanEvent {
  const reason = reasonOf(row)
  return {
    id: row.id,
    kind: row.kind,
    host: row.host,
    jail: row.jail,
    ip: row.ip,
    at: new Date(row.at).toISOString(),
    ...(row.expires_at !== null && { expiresAt: new Date(row.expires_at).toISOString() }),
    ...(row.ban_count !== null && { banCount: row.ban_count }),
    ...(reason && { reason }),
    ...(row.cause !== null && { cause: row.cause }),
  }
}
