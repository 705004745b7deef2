import { mkdirSync, chmodSync } from 'node:fs'
import { dirname } from 'node:path'
import { Kysely } from 'kysely'
import { messageOf } from '../lib/errors.ts'
import { DatabaseTooNew, migrate } from './migrations/migrate.ts'
import { nodeSqliteDialect } from './node-sqlite.ts'
import type { Database } from './schema.ts'

export { DatabaseTooNew }

export type Db = Kysely<Database>

/** The database cannot be opened or written where the settings say; the message names the remedy. */
export class DatabaseUnusable extends Error {
  override readonly name = 'DatabaseUnusable'
}

/**
 * Opens the console's database, creating file and folder (readable by this user only), and brings its tables up to date.
 * Throws DatabaseUnusable or DatabaseTooNew.
 */
export async function openDatabase(target: { kind: 'sqlite'; path: string }): Promise<Db> {
  const inMemory = target.path === ':memory:'
  const db = connectDatabase(target.path)
  try {
    if (!inMemory) mkdirSync(dirname(target.path), { recursive: true, mode: 0o700 })
    await migrate(db)
    if (!inMemory) chmodSync(target.path, 0o600)
  } catch (error) {
    await db.destroy()
    if (error instanceof DatabaseTooNew) throw error
    throw new DatabaseUnusable(
      `The database ${target.path} cannot be used: ${messageOf(error)}. Set DATABASE_URL to sqlite:PATH in a folder this user may write, with free space.`,
      { cause: error },
    )
  }
  return db
}

/** The same without looking at its tables, which may be those of another version. */
export function connectDatabase(path: string): Db {
  return new Kysely<Database>({ dialect: nodeSqliteDialect(path) })
}
