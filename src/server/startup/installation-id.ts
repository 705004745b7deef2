import { hash, randomUUID } from 'node:crypto'
import type { Db } from '../db/database.ts'

export const INSTALLATION_KEY = 'cluster-id'

/** Tells this installation from every other one: made once, by whichever process comes first, and kept in the database. */
export async function loadInstallationId(db: Db): Promise<string> {
  await db
    .insertInto('settings')
    .values({ key: INSTALLATION_KEY, value: randomUUID() })
    .onConflict((conflict) => conflict.column('key').doNothing())
    .execute()
  const row = await db
    .selectFrom('settings')
    .select('value')
    .where('key', '=', INSTALLATION_KEY)
    .executeTakeFirstOrThrow()
  return row.value
}

/** What may be shown of it: tells installations apart, and opens nothing. */
export function installationMark(id: string): string {
  return hash('sha256', id).slice(0, 8)
}
