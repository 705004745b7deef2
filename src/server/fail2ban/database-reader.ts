import { statSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { z } from 'zod'
import { messageOf } from '../lib/errors.ts'
import { endOfBan } from './ban-end.ts'

/** What fail2ban recorded of one ban. Times in milliseconds since 1970. All texts come from log files and are hostile. */
export interface RecordedBan {
  readonly jail: string
  readonly ip: string
  readonly bannedAt: number
  /** null: permanent. The same as `bannedAt` where fail2ban does not know how long it was. */
  readonly expiresAt: number | null
  readonly banCount: number
  readonly failures: number
  /** Oldest first, at most ten, each cut to 2,000 characters. */
  readonly matches: readonly string[]
}

/** One row of fail2ban's `bans`: a ban event. */
export interface BanRow extends RecordedBan {
  readonly rowid: number
}

/**
 * Read-only view of fail2ban's own SQLite file. A reader that holds a lock makes fail2ban lose bans and freeze, so every
 * call is one short autocommit statement with a limit. Throws DatabaseUnreadable only.
 */
export interface DatabaseReader {
  /** Moves on every commit by fail2ban: a cheap "has anything changed". */
  dataVersion(): number
  /** Rows after `rowid` in order, at most `limit` (≤ 500). */
  bansAfter(rowid: number, limit: number): BanRow[]
  /** The row with this id, to prove that nothing was deleted and renumbered. */
  banAt(rowid: number): BanRow | undefined
  /** 0 when there is none. */
  newestRowid(): number
  /** Smallest rowid whose ban is not older than `since`; undefined when there is none. */
  firstRowidSince(since: number): number | undefined
  /** The latest recorded ban of each of these entries in a jail (≤ 500), whatever became of it. */
  latestBans(jail: string, ips: readonly string[]): Map<string, RecordedBan>
  close(): void
}

export class DatabaseUnreadable extends Error {
  override readonly name = 'DatabaseUnreadable'
  /** fail2ban is writing just now, as it does for many seconds when it purges: the same call works later. */
  readonly busy: boolean
  constructor(message: string, options: ErrorOptions & { busy?: boolean } = {}) {
    super(message, options)
    this.busy = options.busy ?? false
  }
}

/** Waiting for fail2ban's lock blocks this whole process, so it is short: its ordinary writes take a few milliseconds. */
const BUSY_TIMEOUT_MS = 250
const SCHEMA_VERSION = 4
const MAX_ROWS = 500
const MAX_MATCHES = 10
const MAX_MATCH_CHARACTERS = 2_000
/** Nothing that fail2ban writes with its usual ten matches comes near. */
const MAX_DATA_BYTES = 1_000_000

const DATA = `CASE WHEN length(data) <= ${MAX_DATA_BYTES} THEN data END AS data`
const COLUMNS = `jail, ip, timeofban, bantime, bancount, ${DATA}`

/** Opens the database at `path` and checks that it is one this reader knows. */
export function openDatabaseReader(path: string): DatabaseReader {
  const guarded = <T>(read: () => T): T => {
    try {
      return read()
    } catch (error) {
      throw unreadable(error, path)
    }
  }
  return guarded(() => {
    const file = statSync(path)
    const database = new DatabaseSync(path, { readOnly: true, timeout: BUSY_TIMEOUT_MS })
    try {
      checkVersion(database, path)
      return createReader(database, guarded, () => {
        if (statSync(path).ino !== file.ino) {
          throw new DatabaseUnreadable(`fail2ban’s database ${path} was replaced by another file.`)
        }
      })
    } catch (error) {
      database.close()
      throw error
    }
  })
}

function createReader(
  database: DatabaseSync,
  guarded: <T>(read: () => T) => T,
  checkFile: () => void,
): DatabaseReader {
  const version = database.prepare('PRAGMA data_version')
  const after = database.prepare(
    `SELECT rowid, ${COLUMNS} FROM bans WHERE rowid > ? AND ip IS NOT NULL ORDER BY rowid LIMIT ?`,
  )
  const at = database.prepare(`SELECT rowid, ${COLUMNS} FROM bans WHERE rowid = ? AND ip IS NOT NULL`)
  const newest = database.prepare('SELECT coalesce(max(rowid), 0) AS rowid FROM bans')
  const oldest = database.prepare('SELECT rowid, timeofban FROM bans ORDER BY rowid LIMIT 1')
  // No index begins with the time. Given the jails, SQLite can search the one on jail and time instead of scanning.
  const since = database.prepare(
    'SELECT min(rowid) AS rowid FROM bans WHERE jail IN (SELECT name FROM jails) AND timeofban >= ?',
  )
  const latest = database.prepare(
    `SELECT ${COLUMNS} FROM bips WHERE jail = ? AND ip IN (SELECT value FROM json_each(?)) LIMIT ${MAX_ROWS}`,
  )

  return {
    dataVersion: () =>
      guarded(() => {
        checkFile()
        return z.object({ data_version: z.int() }).parse(version.get()).data_version
      }),
    bansAfter: (rowid, limit) =>
      guarded(() => after.all(rowid, Math.min(limit, MAX_ROWS)).map((row) => Row.parse(row))),
    banAt: (rowid) => guarded(() => Row.optional().parse(at.get(rowid))),
    newestRowid: () => guarded(() => Rowid.parse(newest.get()).rowid ?? 0),
    firstRowidSince: (sinceMs) =>
      guarded(() => {
        const seconds = Math.ceil(sinceMs / 1_000)
        const first = Oldest.optional().parse(oldest.get())
        if (!first || first.timeofban >= seconds) return first?.rowid
        return Rowid.parse(since.get(seconds)).rowid ?? undefined
      }),
    latestBans: (jail, ips) =>
      guarded(() => {
        const rows = latest.all(jail, JSON.stringify(ips.slice(0, MAX_ROWS)))
        return new Map(rows.map((row) => Recorded.parse(row)).map((ban) => [ban.ip, ban]))
      }),
    close: () => guarded(() => database.close()),
  }
}

function checkVersion(database: DatabaseSync, path: string): void {
  const row = database.prepare('SELECT version FROM fail2banDb LIMIT 1').get()
  const version = z.object({ version: z.int() }).safeParse(row).data?.version
  if (version === SCHEMA_VERSION) return
  const found = version === undefined ? 'none' : String(version)
  throw new DatabaseUnreadable(
    `fail2ban’s database ${path} has schema version ${found}; BanGUI reads version ${SCHEMA_VERSION}, which fail2ban 0.11 and later write.`,
  )
}

const Rowid = z.object({ rowid: z.int().nullable() })
const Oldest = z.object({ rowid: z.int(), timeofban: z.number() })

const Stored = {
  jail: z.string(),
  ip: z.string(),
  timeofban: z.number(),
  bantime: z.number(),
  bancount: z.int(),
  data: z.union([z.instanceof(Uint8Array), z.string(), z.null()]),
}
type Stored = z.infer<z.ZodObject<typeof Stored>>

const Recorded = z.object(Stored).transform(recordedBan)
const Row = z
  .object({ rowid: z.int(), ...Stored })
  .transform((row): BanRow => ({ rowid: row.rowid, ...recordedBan(row) }))

function recordedBan(row: Stored): RecordedBan {
  const bannedAt = row.timeofban * 1_000
  return {
    jail: row.jail,
    ip: row.ip,
    bannedAt,
    // -1 is permanent; -2 stands in rows that fail2ban took over from an older version without a ban time.
    expiresAt: row.bantime === -1 ? null : endOfBan(bannedAt, Math.max(0, row.bantime)),
    banCount: row.bancount,
    ...reasonOf(row.data),
  }
}

/** JSON that fail2ban stores as a BLOB. A match is a text, or that text cut into what is before the date, the date, the rest. */
const Data = z.object({
  failures: z.int().nonnegative().catch(0),
  matches: z.array(z.unknown()).catch([]),
})

function reasonOf(data: Stored['data']): { failures: number; matches: string[] } {
  const reason = Data.safeParse(readJson(data)).data
  if (!reason) return { failures: 0, matches: [] }
  const matches = reason.matches
    .slice(-MAX_MATCHES)
    .map((match) => (Array.isArray(match) ? match.join('') : String(match)).slice(0, MAX_MATCH_CHARACTERS))
  return { failures: reason.failures, matches }
}

function readJson(data: Stored['data']): unknown {
  if (data === null) return undefined
  try {
    return JSON.parse(typeof data === 'string' ? data : Buffer.from(data).toString('utf8'))
  } catch {
    return undefined
  }
}

const SQLITE_BUSY = 5
const SQLITE_CANTOPEN = 14
const SQLITE_NOTADB = 26

function unreadable(error: unknown, path: string): DatabaseUnreadable {
  if (error instanceof DatabaseUnreadable) return error
  const { code, errcode } = error as { code?: unknown; errcode?: unknown }
  const options = { cause: error, busy: errcode === SQLITE_BUSY }
  const because = (what: string): DatabaseUnreadable =>
    new DatabaseUnreadable(`fail2ban’s database ${path} ${what}.`, options)
  if (options.busy) return because('is busy: fail2ban is writing to it')
  if (code === 'ENOENT') return because('does not exist')
  if (code === 'EACCES' || errcode === SQLITE_CANTOPEN) return because('may not be read by BanGUI')
  if (errcode === SQLITE_NOTADB) return because('is not an SQLite file')
  return because(`cannot be read: ${messageOf(error)}`)
}
