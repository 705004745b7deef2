import type { Db } from '../../db/database.ts'
import type { SessionArchive } from '../../state/memory/session-archive.ts'

/** The memory provider's sessions in the database. The user of a session must exist; removing the user removes it. */
export function createSessionsRepository(db: Db): SessionArchive {
  return {
    async loadAll(now) {
      const rows = await db.selectFrom('sessions').selectAll().where('expires_at', '>', now).execute()
      return rows.map((row) => ({
        idHash: row.id_hash,
        userId: row.user_id,
        payload: row.data,
        expiresAt: row.expires_at,
      }))
    },

    async save({ idHash, userId, payload, expiresAt }) {
      const columns = { user_id: userId, data: payload, expires_at: expiresAt }
      await db
        .insertInto('sessions')
        .values({ id_hash: idHash, ...columns })
        .onConflict((conflict) => conflict.column('id_hash').doUpdateSet(columns))
        .execute()
    },

    async remove(idHash) {
      await db.deleteFrom('sessions').where('id_hash', '=', idHash).execute()
    },

    async removeExpired(now) {
      await db.deleteFrom('sessions').where('expires_at', '<=', now).execute()
    },
  }
}
