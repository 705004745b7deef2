import { mkdirSync, chmodSync } from 'node:fs'
import { dirname } from 'node:path'
import { Kysely } from 'kysely'
import { migrate } from './migrations/migrate.ts'
import { nodeSqliteDialect } from './node-sqlite.ts'
import type { Database } from './schema.ts'

export type Db = Kysely<Database>

/** Opens the console's database, creating file and folder (readable by this user only), and brings its tables up to date. */
export async function openDatabase(target: { kind: 'sqlite'; path: string }): Promise<Db> {
  const inMemory = target.path === ':memory:'
  if (!inMemory) mkdirSync(dirname(target.path), { recursive: true, mode: 0o700 })
  const db = new Kysely<Database>({ dialect: nodeSqliteDialect(target.path) })
  try {
    await migrate(db)
    if (!inMemory) chmodSync(target.path, 0o600)
  } catch (error) {
    await db.destroy()
    throw error
  }
  return db
}
