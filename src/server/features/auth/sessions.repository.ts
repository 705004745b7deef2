import type { Db } from '../../db/database.ts'
import type { SessionArchive } from '../../state/memory/session-archive.ts'

/** The memory provider's sessions in the database. Removing a user removes theirs; one of a user who is gone is not kept. */
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
        .columns(['id_hash', 'user_id', 'data', 'expires_at'])
        .expression((eb) =>
          eb
            .selectFrom('users')
            .select([
              eb.val(idHash).as('id_hash'),
              'id',
              eb.val(payload).as('data'),
              eb.val(expiresAt).as('expires_at'),
            ])
            .where('id', '=', userId),
        )
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
