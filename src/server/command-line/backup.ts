import { createReadStream, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { loadConfig } from '../config.ts'
import {
  copyDatabase,
  inspectDatabase,
  NoUsableDatabase,
  type DatabaseContents,
} from '../db/database-copy.ts'
import { AppError } from '../lib/errors.ts'
import { defineCommand, UsageError, type Command } from './command.ts'
import { databasePath } from './console-database.ts'
import { moveInto, readableSize, taken } from './files.ts'

export const command: Command = defineCommand({
  operands: ['[FILE]'],
  options: { force: { type: 'boolean', help: 'overwrite FILE where it exists' } },
  help: `Writes a copy of the console's database, as it is at one moment, while the console goes on: users, settings,
active bans and the archive. Without FILE it is bangui-TIME.db in this folder, and - is standard output. The
copy is checked before it gets its name. It holds password hashes and the session secret: only you may read
it, and so it should stay. fail2ban's own database is no part of it.`,
  async run({ env, options, operands: [name] }) {
    const path = databasePath(loadConfig(env, false))
    if (name === '-') return toStandardOutput(path)
    const file = resolve(name ?? `bangui-${fileTime(new Date())}.db`)
    if (existsSync(file) && !options.force) throw taken(file)
    const contents = await withCopy(path, dirname(file), (copy, contents) => {
      moveInto(copy, file, options.force === true)
      return contents
    })
    process.stdout.write(`Wrote ${path} to ${file}: ${described(contents)}.\n`)
    process.stdout.write(`To go back to it: stop BanGUI, run "bangui restore ${file}", start it again.\n`)
    return 0
  },
})

async function toStandardOutput(path: string): Promise<number> {
  if (process.stdout.isTTY)
    throw new UsageError('A database is not for a terminal: send it to a file or a program.')
  const contents = await withCopy(path, dirname(path), async (copy, contents) => {
    await pipeline(createReadStream(copy), process.stdout, { end: false })
    return contents
  })
  process.stderr.write(`Wrote ${path} to standard output: ${described(contents)}.\n`)
  return 0
}

/** Gone afterwards, unless the work has moved it. */
async function withCopy<T>(
  path: string,
  folder: string,
  work: (copy: string, contents: DatabaseContents) => T | Promise<T>,
): Promise<T> {
  const scratch = mkdtempSync(join(folder, '.bangui-backup-'))
  try {
    const copy = join(scratch, 'bangui.db')
    copyDatabase(path, copy)
    return await work(copy, inspectDatabase(copy))
  } catch (error) {
    if (!(error instanceof NoUsableDatabase)) throw error
    throw new AppError('conflict', `${path} was not backed up. ${error.message}`, { cause: error })
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

/** What is in a database, for people. */
export function described({ sizeBytes, users, activeBans, archived }: DatabaseContents): string {
  return `${readableSize(sizeBytes)}; users: ${users}, active bans: ${activeBans}, bans and unbans in the archive: ${archived}`
}

/** `20260131-235959`, in UTC. */
export function fileTime(date: Date): string {
  return date
    .toISOString()
    .replace(/[-:]|\.\d+Z$/g, '')
    .replace('T', '-')
}
