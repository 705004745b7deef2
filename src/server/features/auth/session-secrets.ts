import { randomBytes } from 'node:crypto'
import type { Db } from '../../db/database.ts'
import type { Secrets } from '../../http/cookies.ts'

export const SESSION_SECRET_KEY = 'session-secret'

/**
 * The configured secrets, or the one of this installation: made once, by whichever process comes first, and kept in the
 * database, so that sessions outlive a restart and every process signs alike.
 */
export async function loadSessionSecrets(db: Db, configured: Secrets | undefined): Promise<Secrets> {
  if (configured !== undefined) return configured
  await db
    .insertInto('settings')
    .values({ key: SESSION_SECRET_KEY, value: randomBytes(32).toString('base64url') })
    .onConflict((conflict) => conflict.column('key').doNothing())
    .execute()
  const row = await db
    .selectFrom('settings')
    .select('value')
    .where('key', '=', SESSION_SECRET_KEY)
    .executeTakeFirstOrThrow()
  return [row.value]
}
