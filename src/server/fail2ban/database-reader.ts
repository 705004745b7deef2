/** One row of fail2ban's `bans`: a ban event as it was recorded. Times in milliseconds since 1970. */
export interface BanRow {
  readonly rowid: number
  readonly jail: string
  readonly ip: string
  readonly bannedAt: number
  /** null: permanent. */
  readonly expiresAt: number | null
  readonly banCount: number
  readonly failures: number
  /** Oldest first, at most ten, each cut to 2,000 characters. */
  readonly matches: readonly string[]
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
  newestRowid(): number
  /** Smallest rowid whose ban is not older than `since`; undefined when there is none. */
  firstRowidSince(since: number): number | undefined
  /** The latest recorded ban of each of these entries in a jail (≤ 500), whatever became of it. */
  latestBans(jail: string, ips: readonly string[]): Map<string, BanRow>
  close(): void
}

export class DatabaseUnreadable extends Error {
  override readonly name = 'DatabaseUnreadable'
}

export declare function openDatabaseReader(path: string): DatabaseReader
