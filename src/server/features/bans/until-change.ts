import { sql } from 'kysely'
import type { Db } from '../../db/database.ts'

/**
 * Remembers what `work` gave for a request until the next batch of changes is applied to the bans, by whichever process:
 * until then the same request has the same answer, and many people look at the same list.
 */
export function untilBansChange<Q, A>(
  db: Db,
  atMost: number,
  work: (request: Q) => Promise<A>,
): (request: Q) => Promise<A> {
  const remembered = new Map<string, A>()
  let revision = ''
  return async (request) => {
    const now = await revisionOf(db)
    if (now !== revision || remembered.size >= atMost) remembered.clear()
    revision = now
    const key = JSON.stringify(request)
    const known = remembered.get(key)
    if (known !== undefined) return known
    const answer = await work(request)
    // Another request may have noticed meanwhile that the bans have changed.
    if (revision === now) remembered.set(key, answer)
    return answer
  }
}

/** Differs after every batch. */
async function revisionOf(db: Db): Promise<string> {
  const { rows } = await sql<{ feed: string }>`select host || ' ' || epoch || ' ' || seq as feed from feeds
    order by host`.execute(db)
  return rows.map((row) => row.feed).join('\n')
}
