import type { Host } from '../../shared/host.ts'
import { messageOf } from '../lib/errors.ts'
import type { Logger } from '../lib/logger.ts'
import {
  DatabaseUnreadable,
  type BanRow,
  type DatabaseReader,
  type RecordedBan,
} from '../fail2ban/database-reader.ts'
import { followRows, type NewRows, type RowFollower } from './row-follower.ts'

/** Whether fail2ban's database tells the reasons of bans. */
export type DatabaseState = Pick<Host, 'database' | 'databaseDetail'>

export interface PastRows {
  /** Undefined: that was all. */
  next(limit: number): readonly BanRow[] | undefined
}

export interface BanRecordsDeps {
  readonly open: (path: string) => DatabaseReader
  readonly now: () => number
  readonly log: Logger
}

/** After a fault, and while fail2ban holds its lock: every try then holds up this process for a quarter of a second. */
const RETRY_MS = 5_000
const BUSY_MS = 2_000

const NO_NEWS: NewRows = { rows: [], isReread: false, hasMore: false }

interface Opened {
  readonly reader: DatabaseReader
  readonly follower: RowFollower
}

/**
 * fail2ban's database as the feed uses it. Everything works without it, only that bans then have no reasons; so nothing
 * here throws, and a database that cannot be read is tried again.
 */
export class BanRecords {
  readonly #deps: BanRecordsDeps
  #path: string | undefined
  #opened: Opened | undefined
  #problem: string | undefined
  #quietUntil = 0

  constructor(deps: BanRecordsDeps) {
    this.#deps = deps
  }

  /** Uses the database that the server says it has; undefined: it keeps none. */
  use(path: string | undefined): void {
    if (path === this.#path) return
    this.close()
    this.#path = path
    this.#problem = undefined
    this.#quietUntil = 0
    this.#attempt(() => undefined, undefined)
  }

  get state(): DatabaseState {
    if (this.#path === undefined) return { database: 'switched-off', databaseDetail: SWITCHED_OFF }
    if (this.#problem === undefined) return { database: 'ok' }
    return { database: 'unreadable', databaseDetail: `${this.#problem} ${REMEDY}` }
  }

  get isReadable(): boolean {
    return this.#opened !== undefined && this.#deps.now() >= this.#quietUntil
  }

  /** What was recorded since the last call. */
  news(): NewRows {
    return this.#attempt(({ follower }) => follower.read(), NO_NEWS)
  }

  /** The latest record of each of these entries, whatever became of it. */
  latest(jail: string, ips: readonly string[]): ReadonlyMap<string, RecordedBan> {
    return this.#attempt<ReadonlyMap<string, RecordedBan>>(
      ({ reader }) => reader.latestBans(jail, ips),
      new Map(),
    )
  }

  /** The rows from `since` on that `news` has passed already, oldest first. */
  past(since: number | undefined): PastRows | undefined {
    return this.#attempt<PastRows | undefined>(({ reader, follower }) => {
      const { position } = follower
      const first = since === undefined ? 1 : (reader.firstRowidSince(since) ?? position + 1)
      return pageThrough(first - 1, position, (after, limit) =>
        this.#attempt<BanRow[] | undefined>((it) => it.reader.bansAfter(after, limit), undefined),
      )
    }, undefined)
  }

  close(): void {
    const opened = this.#opened
    this.#opened = undefined
    try {
      opened?.reader.close()
    } catch (error) {
      this.#deps.log.debug({ err: error }, 'fail2ban’s database did not close')
    }
  }

  #attempt<T>(work: (opened: Opened) => T, otherwise: T): T {
    if (this.#path === undefined || this.#deps.now() < this.#quietUntil) return otherwise
    try {
      this.#opened ??= this.#open(this.#path)
      return work(this.#opened)
    } catch (error) {
      if (!(error instanceof DatabaseUnreadable)) throw error
      this.#fail(error)
      return otherwise
    }
  }

  #open(path: string): Opened {
    const { open, log } = this.#deps
    const reader = open(path)
    try {
      const opened = { reader, follower: followRows(reader) }
      if (this.#problem !== undefined) log.info({ path }, 'fail2ban’s database can be read again')
      this.#problem = undefined
      return opened
    } catch (error) {
      reader.close()
      throw error
    }
  }

  #fail(error: DatabaseUnreadable): void {
    this.#quietUntil = this.#deps.now() + (error.busy ? BUSY_MS : RETRY_MS)
    if (error.busy) return
    if (this.#problem === undefined) this.#deps.log.warn({ path: this.#path }, messageOf(error))
    this.#problem = error.message
    this.close()
  }
}

const SWITCHED_OFF =
  'fail2ban keeps no database (dbfile = None), so reasons and counts of bans are not known. Set dbfile in fail2ban.local to have them.'
const REMEDY = 'Bans are shown without their reasons until it can be read.'

/** A page that cannot be read just now is empty, and tried again by the next call. */
function pageThrough(
  start: number,
  end: number,
  read: (after: number, limit: number) => BanRow[] | undefined,
): PastRows {
  let after = start
  return {
    next(limit) {
      if (after >= end) return undefined
      const rows = read(after, limit)
      if (!rows) return []
      const last = rows.at(-1)
      after = last === undefined || rows.length < limit ? end : last.rowid
      return rows.filter((row) => row.rowid <= end)
    },
  }
}
