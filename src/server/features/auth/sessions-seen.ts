import type { Db } from '../../db/database.ts'
import type { Logger } from '../../lib/logger.ts'
import { SESSION_IDLE_MS } from '../../state/session-payload.ts'

/** Two requests of a session within this time are one. */
const GRAIN_MS = 60_000
const MOST_REMEMBERED = 10_000

/** When sessions were last used; what for people like to know, but nothing depends on it. */
export interface SessionsSeen {
  /** On every request; writes at most once a minute for each session, and nobody waits for it. */
  note(session: { readonly id: string; readonly sessionIdHash: string }): void
  /** By the hash of the session's id, in ms since 1970. */
  ofUser(userId: string): Promise<Map<string, number>>
  /** Drops those of sessions that must have ended. */
  forget(): Promise<void>
}

export function createSessionsSeen({
  db,
  log,
  now,
}: {
  db: Db
  log: Logger
  now: () => number
}): SessionsSeen {
  const notedAt = new Map<string, number>()

  async function write(idHash: string, userId: string, at: number): Promise<void> {
    try {
      await db
        .insertInto('sessions_seen')
        .columns(['id_hash', 'user_id', 'seen_at'])
        .expression((eb) =>
          eb
            .selectFrom('users')
            .select([eb.val(idHash).as('id_hash'), 'id', eb.val(at).as('seen_at')])
            .where('id', '=', userId),
        )
        .onConflict((conflict) => conflict.column('id_hash').doUpdateSet({ seen_at: at }))
        .execute()
    } catch (error) {
      log.debug({ err: error }, 'when a session was seen was not noted')
    }
  }

  return {
    note({ id, sessionIdHash }) {
      const at = now()
      if (at - (notedAt.get(sessionIdHash) ?? Number.NEGATIVE_INFINITY) < GRAIN_MS) return
      if (notedAt.size >= MOST_REMEMBERED) notedAt.clear()
      notedAt.set(sessionIdHash, at)
      void write(sessionIdHash, id, at)
    },

    async ofUser(userId) {
      const rows = await db
        .selectFrom('sessions_seen')
        .select(['id_hash', 'seen_at'])
        .where('user_id', '=', userId)
        .execute()
      return new Map(rows.map((row) => [row.id_hash, row.seen_at]))
    },

    async forget() {
      await db
        .deleteFrom('sessions_seen')
        .where('seen_at', '<', now() - SESSION_IDLE_MS - GRAIN_MS)
        .execute()
    },
  }
}
