import { closeSync, fsyncSync, openSync, statSync } from 'node:fs'
import { backup, DatabaseSync } from 'node:sqlite'
import { z } from 'zod'
import { messageOf } from '../lib/errors.ts'

/** The file is damaged, or no database of BanGUI. The message says which. */
export class NoUsableDatabase extends Error {
  override readonly name = 'NoUsableDatabase'
}

export interface DatabaseContents {
  readonly sizeBytes: number
  readonly users: number
  readonly activeBans: number
  /** Bans and unbans in the archive. */
  readonly archived: number
}

/** All pages in one step, during which nobody else writes. */
const WHOLE = 2 ** 31 - 1
const PATIENCE_MS = 10_000

/**
 * Writes a database that others may be using, as it is at one moment, into a new file that this user alone may read. Neither
 * readers nor writers wait for it. Throws where `to` exists.
 */
export function copyDatabase(from: string, to: string): void {
  const file = openSync(to, 'wx', 0o600)
  try {
    using source = new DatabaseSync(from, { readOnly: true, timeout: PATIENCE_MS })
    source.prepare('vacuum into ?').run(to)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

/** Checks the whole file, which nobody else is writing, and counts what is in it. Throws NoUsableDatabase. */
export function inspectDatabase(path: string): DatabaseContents {
  try {
    using database = new DatabaseSync(path, { readOnly: true, timeout: PATIENCE_MS })
    const [first] = z.array(Verdict).parse(database.prepare('pragma integrity_check(1)').all())
    if (first?.integrity_check !== 'ok')
      throw new NoUsableDatabase(`It is damaged: ${first?.integrity_check}.`)
    if (!tablesOf(database).has('migrations')) throw new NoUsableDatabase('It is no database of BanGUI.')
    const count = (table: string): number =>
      Count.parse(database.prepare(`select count(*) as count from ${table}`).get()).count
    return {
      sizeBytes: statSync(path).size,
      users: count('users'),
      activeBans: count('active_bans'),
      archived: count('ban_events'),
    }
  } catch (error) {
    if (error instanceof NoUsableDatabase) throw error
    throw new NoUsableDatabase(`It cannot be read as a database of BanGUI: ${messageOf(error)}.`, {
      cause: error,
    })
  }
}

/**
 * Puts the content of one database in place of another's, file, owner and mode of which stay. One transaction: whoever has it
 * open sees all of it or nothing.
 */
export async function replaceContent(from: string, to: string): Promise<void> {
  using source = new DatabaseSync(from, { readOnly: true })
  await backup(source, to, { rate: WHOLE })
}

const Verdict = z.object({ integrity_check: z.string() })
const Count = z.object({ count: z.number() })
const Named = z.object({ name: z.string() })

function tablesOf(database: DatabaseSync): Set<string> {
  const rows = database.prepare("select name from sqlite_schema where type = 'table'").all()
  return new Set(
    z
      .array(Named)
      .parse(rows)
      .map(({ name }) => name),
  )
}
