import type { Db } from '../../db/database.ts'
import type { Sessions } from '../../state/state-provider.ts'

const VALID_MS = 30_000

/**
 * How many sessions there are, of all users; counted at most every 30 seconds however often it is asked, and undefined until
 * it was counted once while the store does not answer.
 */
export function createSessionCount(deps: {
  db: Db
  sessions: Pick<Sessions, 'list'>
  now: () => number
}): () => Promise<number | undefined> {
  const { db, sessions, now } = deps
  let count: number | undefined
  let countedAt = Number.NEGATIVE_INFINITY

  async function countAll(): Promise<number> {
    const users = await db.selectFrom('users').select('id').execute()
    let found = 0
    for (const { id } of users) found += (await sessions.list(id)).length
    return found
  }

  return async () => {
    if (now() - countedAt < VALID_MS) return count
    countedAt = now()
    count = await countAll()
    return count
  }
}
