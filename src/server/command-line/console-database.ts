import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { loadConfig, type Config, type Environment } from '../config.ts'
import { DatabaseTooNew, DatabaseUnusable, openDatabase, type Db } from '../db/database.ts'
import { AppError } from '../lib/errors.ts'
import { EXIT } from '../startup/exit-status.ts'

export interface OpenedDatabase {
  readonly db: Db
  /** Absolute. */
  readonly path: string
  readonly config: Config
}

/** Where the settings say that the console's database is; throws where there is none, as another one is meant then. */
export function databasePath(config: Config): string {
  const path = resolve(config.database.path)
  if (!existsSync(path)) {
    throw new AppError('not-found', `There is no database ${path}.`, {
      nextStep:
        'Give this command the DATABASE_URL of the server and run it in the same folder; where the console never ran, start it once.',
    })
  }
  return path
}

/** Opens the console's database, beside a server that may be running, for as long as the work takes. */
export async function withDatabase(
  env: Environment,
  work: (opened: OpenedDatabase) => Promise<number>,
): Promise<number> {
  const config = loadConfig(env, process.stdout.isTTY)
  const path = databasePath(config)
  const db = await opened(path)
  if (db === undefined) return EXIT.misconfigured
  try {
    return await work({ db, path, config })
  } finally {
    await db.destroy()
  }
}

/** Undefined: it cannot be, and why has been said. */
async function opened(path: string): Promise<Db | undefined> {
  try {
    return await openDatabase({ kind: 'sqlite', path })
  } catch (error) {
    if (!(error instanceof DatabaseTooNew) && !(error instanceof DatabaseUnusable)) throw error
    process.stderr.write(`${error.message}\n`)
    return undefined
  }
}
