import { randomUUID } from 'node:crypto'
import type { Db } from '../db/database.ts'

const KEY = 'cluster-id'

/** Tells this installation from every other one: made once, by whichever process comes first, and kept in the database. */
export async function loadInstallationId(db: Db): Promise<string> {
  await db
    .insertInto('settings')
    .values({ key: KEY, value: randomUUID() })
    .onConflict((conflict) => conflict.column('key').doNothing())
    .execute()
  const row = await db.selectFrom('settings').select('value').where('key', '=', KEY).executeTakeFirstOrThrow()
  return row.value
}
