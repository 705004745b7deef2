import type { Generated, Insertable, Selectable } from 'kysely'

/**
 * Tables as the queries see them. Portable SQL only, for SQLite and PostgreSQL alike: ids are text, times are milliseconds
 * since 1970 as integers, booleans are 0 and 1, JSON is text.
 */
export interface Database {
  migrations: MigrationsTable
  settings: SettingsTable
  users: UsersTable
  sessions: SessionsTable
  sessions_seen: SessionsSeenTable
  instance_leases: InstanceLeasesTable
  job_runs: JobRunsTable
  job_totals: JobTotalsTable
  feeds: FeedsTable
  active_bans: ActiveBansTable
  active_ban_counts: ActiveBanCountsTable
  unban_jobs: UnbanJobsTable
  ban_events: BanEventsTable
  ban_counts: BanCountsTable
  repeat_offenders: RepeatOffendersTable
  host_figures: HostFiguresTable
}

interface MigrationsTable {
  name: string
  applied_at: number
}

/** Facts of this installation: its id, the generated session secret, the hash of the setup token. */
interface SettingsTable {
  key: string
  value: string
}

interface UsersTable {
  id: string
  username: string
  /** Case-folded and normalised; unique. */
  username_key: string
  password_hash: string
  role: 'viewer' | 'operator' | 'admin'
  /** Raised to sign the user out everywhere. */
  auth_version: number
  disabled: 0 | 1
  created_at: number
  last_sign_in_at: number | null
}
export type UserRow = Selectable<UsersTable>

/** Copy of the memory provider's sessions, so that a restart signs nobody out. */
interface SessionsTable {
  /** Hex SHA-256 of the session id. */
  id_hash: string
  user_id: string
  data: string
  expires_at: number
}

/** When each session, of whichever provider, was last used, to the minute. For showing only. */
interface SessionsSeenTable {
  id_hash: string
  user_id: string
  seen_at: number
}

/**
 * Who serves this database. With STATE_BACKEND=memory only one process may: one row, named `console`. With redis each has a
 * row of its own, `console/<holder>`.
 */
interface InstanceLeasesTable {
  name: string
  /** The process's start time in kernel ticks, which tells a recycled pid, a dot, and a random id. */
  holder: string
  hostname: string
  pid: number
  /** Kernel boot id and pid namespace: only in the same one does a pid mean anything. */
  pid_space: string
  provider: 'memory' | 'redis'
  started_at: number
  heartbeat_at: number
  /** Comma list of fingerprints of the session secrets, the one that signs first; empty where nobody has to know. */
  secret_fingerprints: Generated<string>
}
export type InstanceLeaseRow = Selectable<InstanceLeasesTable>

interface JobRunsTable {
  job: string
  slot: number
  attempt: number
  fence: number
  status: 'running' | 'done' | 'failed'
  started_at: number
  /** running: when others may take over; failed: when the next attempt may begin. */
  lease_until: number
  finished_at: number | null
  error: string | null
}
export type JobRunRow = Selectable<JobRunsTable>

/** What must outlive a job's forgotten runs. */
interface JobTotalsTable {
  job: string
  /** Of the newest claim; the run it belongs to is the only one that may be live. */
  fence: number
  slot: number
  /** Slots done, ever. */
  runs: number
}

/** How far each host's ban feed was applied, so that a repeated batch has no second effect. */
interface FeedsTable {
  host: string
  epoch: string
  seq: number
}

interface ActiveBansTable {
  /** Rises with every new ban and is never given again. */
  id: Generated<number>
  host: string
  jail: string
  ip: string
  /** 32 hexadecimal digits and the prefix length, sorts in address order; `z` and the text for what is no address. */
  ip_key: string
  banned_at: number
  /** PERMANENT of ban-rows.ts, which sorts behind all others, where a ban does not expire. */
  expires_at: number
  ban_count: number
  failures: number | null
  /** JSON array of matched log lines; null when fail2ban's database has not told yet and the times are a guess. */
  matches: string | null
  /** Mark of the feed epoch that named it last. */
  seen: number
}
export type ActiveBanRow = Selectable<ActiveBansTable>
export type NewActiveBan = Insertable<ActiveBansTable>

/** How many active bans there are, kept in the transactions that change them: counting 100,000 takes milliseconds. */
interface ActiveBanCountsTable {
  host: string
  jail: string
  count: number
}

/** Append-only archive of bans and unbans; its id orders the live event stream. */
interface BanEventsTable {
  id: Generated<number>
  kind: 'ban' | 'unban'
  host: string
  jail: string
  ip: string
  ip_key: string
  at: number
  /** 1: read from fail2ban's database long after it happened; no news, so the live stream leaves it out. */
  imported: 0 | 1
  expires_at: number | null
  ban_count: number | null
  failures: number | null
  cause: 'expired' | 'lifted' | 'unknown' | null
  matches: string | null
}
export type BanEventRow = Selectable<BanEventsTable>
export type NewBanEvent = Insertable<BanEventsTable>

/** Bans in the archive by time and jail, kept in the transactions that change it; spans are those of ban-figures.ts. */
interface BanCountsTable {
  span_ms: number
  /** When the slot begins. */
  slot: number
  host: string
  jail: string
  bans: number
  /** Of the newest ban in the slot. */
  last_at: number
}

/** Addresses that were banned several times within a week. */
interface RepeatOffendersTable {
  host: string
  ip: string
  /** Of the newest but two: an address was banned three times since any moment before it. */
  third_at: number
  last_at: number
  /** In the week that ended with the last. */
  bans: number
}

/** What fail2ban's counters showed, slot by slot, while the console was looking. */
interface HostFiguresTable {
  span_ms: number
  slot: number
  host: string
  /** Addresses banned when the slot was last looked at. */
  banned: number
  /** Failures counted within the slot. */
  failed: number
}

/** Orders to lift all bans that match a filter; carried out in the background, by ascending id of the bans. */
interface UnbanJobsTable {
  id: string
  /** Who gave the order. */
  username: string
  /** JSON: host, jail, q. */
  filter: string
  state: 'waiting' | 'running' | 'cancelled' | 'done' | 'stopped'
  total: number
  /** Bans with a higher id came after the order and are no part of it. */
  mark: number
  /** Bans up to this id have been dealt with. */
  reached: number
  unbanned: number
  /** Those that had ended by themselves. */
  gone: number
  failed: number
  /** JSON array of the first failures: host, jail, ip, detail. */
  failures: string
  /** stopped: why the rest was not tried. */
  problem: string | null
  created_at: number
  finished_at: number | null
}
export type UnbanJobRow = Selectable<UnbanJobsTable>
