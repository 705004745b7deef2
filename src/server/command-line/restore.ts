import {
  constants,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { hostname } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { sql } from 'kysely'
import { loadConfig } from '../config.ts'
import { connectDatabase, DatabaseTooNew, openDatabase, type Db } from '../db/database.ts'
import {
  copyDatabase,
  inspectDatabase,
  NoUsableDatabase,
  replaceContent,
  type DatabaseContents,
} from '../db/database-copy.ts'
import { AppError, messageOf } from '../lib/errors.ts'
import { createLogger, type Logger } from '../lib/logger.ts'
import { EXIT } from '../startup/exit-status.ts'
import { acquireInstanceLease, InstanceLeaseHeld } from '../startup/instance-lease.ts'
import { described, fileTime } from './backup.ts'
import { defineCommand, type Command } from './command.ts'
import { giveToOwnerOf } from './files.ts'

export const command: Command = defineCommand({
  operands: ['FILE'],
  help: `Puts the database back as it was when "bangui backup" wrote FILE. Stop all of BanGUI first, every replica that
uses this database: it is refused while one of them lives, which may take half a minute to find out. FILE is
checked beforehand, and may be of this version or an older one. What was there before is kept beside it.
Everybody has to sign in again, and orders to unban that had not ended are cancelled.`,
  async run({ env, operands: [name = ''] }) {
    const config = loadConfig(env, false)
    const file = resolve(name)
    const target = resolve(config.database.path)
    const log = await createLogger({ ...config.log, to: 'stderr' })
    mkdirSync(dirname(target), { recursive: true, mode: 0o700 })
    const scratch = mkdtempSync(join(dirname(target), '.bangui-restore-'))
    try {
      const copy = join(scratch, 'bangui.db')
      const contents = await prepare(file, copy)
      const kept = existsSync(target) ? await replace(copy, target, log) : install(copy, target)
      process.stdout.write(`Restored ${target} from ${file}: ${described(contents)}.\n`)
      if (kept !== undefined) process.stdout.write(`What was there before is in ${kept}.\n`)
      process.stdout.write('Start BanGUI now. Everybody has to sign in again.\n')
      return 0
    } catch (error) {
      if (!(error instanceof InstanceLeaseHeld)) throw error
      const { hostname, pid } = error.holder
      process.stderr.write(
        `BanGUI uses ${target} (host ${hostname}, pid ${pid}), so nothing was restored. Stop it, every replica of it, and try again.\n`,
      )
      return EXIT.leaseHeld
    } finally {
      rmSync(scratch, { recursive: true, force: true })
    }
  },
})

/** A copy of the file that was checked, has the tables of this version, and knows nothing of the processes of its time. */
async function prepare(file: string, copy: string): Promise<DatabaseContents> {
  if (existsSync(`${file}-wal`) && statSync(`${file}-wal`).size > 0) {
    throw new AppError(
      'conflict',
      `${file} is a database in use, or was copied from one: ${file}-wal belongs to it.`,
      {
        nextStep: `Make a backup of it with "DATABASE_URL=sqlite:${file} bangui backup".`,
      },
    )
  }
  try {
    copyFileSync(file, copy, constants.COPYFILE_EXCL)
    const contents = inspectDatabase(copy)
    const db = await openDatabase({ kind: 'sqlite', path: copy })
    try {
      await forgetItsTime(db)
    } finally {
      await db.destroy()
    }
    return contents
  } catch (error) {
    const isKnown = error instanceof NoUsableDatabase || error instanceof DatabaseTooNew
    throw new AppError('conflict', `${file} cannot be restored. ${messageOf(error)}`, {
      nextStep: isKnown ? 'Nothing was changed.' : 'Check the path and its permissions. Nothing was changed.',
      cause: error,
    })
  }
}

/**
 * Processes that served it then are not those of now. Sessions that were ended since must stay ended, in whichever store
 * they are: no version that was ever given is as high as the seconds since 1970.
 */
async function forgetItsTime(db: Db): Promise<void> {
  const now = Date.now()
  await db.transaction().execute(async (tx) => {
    await tx.deleteFrom('instance_leases').execute()
    await tx.deleteFrom('sessions').execute()
    await tx
      .updateTable('users')
      .set({ auth_version: Math.floor(now / 1_000) })
      .execute()
    await tx
      .updateTable('unban_jobs')
      .set({ state: 'cancelled', finished_at: now })
      .where('state', 'in', ['waiting', 'running'])
      .execute()
  })
}

/** Resolves with the path under which the present database is kept. */
async function replace(copy: string, target: string, log: Logger): Promise<string> {
  const kept = `${target}.before-restore-${fileTime(new Date())}`
  const present = connectDatabase(target)
  try {
    const lease = await acquireInstanceLease({
      db: present,
      provider: 'memory',
      now: Date.now,
      hostname: hostname(),
      log,
    })
    try {
      copyDatabase(target, kept)
      giveToOwnerOf(target, kept)
      await carryOver(present, copy)
      await replaceContent(copy, target)
    } finally {
      await lease.release()
    }
  } catch (error) {
    if (error instanceof InstanceLeaseHeld) throw error
    throw new AppError(
      'conflict',
      `The present database ${target} cannot be replaced: ${messageOf(error)}.`,
      {
        nextStep: `Is it damaged, make sure that no BanGUI runs, move it away together with ${target}-wal and ${target}-shm, and restore again.`,
        cause: error,
      },
    )
  } finally {
    await present.destroy()
  }
  return kept
}

/** What must go on: the right to be the only one here, and ids that are never given again, as browsers remember them. */
async function carryOver(present: Db, copy: string): Promise<void> {
  const leases = await present.selectFrom('instance_leases').selectAll().execute()
  const { rows: ids } = await sql<{
    name: string
    seq: number
  }>`select name, seq from sqlite_sequence`.execute(present)
  const next = connectDatabase(copy)
  try {
    await next.insertInto('instance_leases').values(leases).execute()
    for (const { name, seq } of ids) {
      await sql`insert into sqlite_sequence (name, seq) select ${name}, 0 where not exists (select 1 from sqlite_sequence where name = ${name})`.execute(
        next,
      )
      await sql`update sqlite_sequence set seq = max(seq, ${seq}) where name = ${name}`.execute(next)
    }
  } finally {
    await next.destroy()
  }
}

/** Where no database is; what a former one has left beside it would be taken for a part of this one. */
function install(copy: string, target: string): undefined {
  for (const end of ['-wal', '-shm']) rmSync(`${target}${end}`, { force: true })
  giveToOwnerOf(dirname(target), copy)
  renameSync(copy, target)
}
