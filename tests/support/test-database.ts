import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDatabase, type Db } from '../../src/server/db/database.ts'

export interface TestDatabase {
  readonly db: Db
  readonly path: string
  /** Another connection to the same file, as another process would have. */
  again(): Promise<Db>
  /** Closes all connections and removes the file. */
  close(): Promise<void>
}

/** An empty console database in a file of its own. */
export async function openTestDatabase(): Promise<TestDatabase> {
  const folder = mkdtempSync(join(tmpdir(), 'bangui-database-'))
  const path = join(folder, 'bangui.db')
  const connections: Db[] = []
  const again = async (): Promise<Db> => {
    const db = await openDatabase({ kind: 'sqlite', path })
    connections.push(db)
    return db
  }
  return {
    db: await again(),
    path,
    again,
    async close() {
      await Promise.all(connections.map((db) => db.destroy()))
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Users for rows that must belong to one; they cannot sign in. */
export async function addUsers(db: Db, ids: readonly string[]): Promise<void> {
  const rest = { password_hash: '-', role: 'viewer', auth_version: 1, disabled: 0, created_at: 0 } as const
  const rows = ids.map((id) => ({ id, username: id, username_key: id, ...rest }))
  await db.insertInto('users').values(rows).execute()
}
