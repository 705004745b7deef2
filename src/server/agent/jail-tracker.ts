import type { BanFact, FeedChange } from '../../shared/feed.ts'
import { endOfBan } from '../fail2ban/ban-end.ts'
import type { JailStatus } from '../fail2ban/fail2ban-client.ts'
import type { RecordedBan } from '../fail2ban/database-reader.ts'

/** What fail2ban's counters say that the tracker has not seen happen. */
export interface Unseen {
  /** The jail began anew: its counters have gone back. */
  readonly isRestarted: boolean
  /** Nothing: what is tracked is what is banned. */
  readonly isNothing: boolean
  readonly bans: number
  /** Negative where bans must have come that no counter tells of. */
  readonly ends: number
}

/** How a ban ended whose time had not passed. */
export type EarlyEnd = 'lifted' | 'unknown'

interface Tracked {
  bannedAt: number
  expiresAt: number | null
  /** Not from fail2ban's database: when it was first seen, and the jail's bantime from then on. */
  guessed: boolean
}

/** fail2ban lets an expired ban go within about a second, counts in whole seconds, and may be busy. */
const EXPIRY_SLACK_MS = 1_000
const OVERDUE_MS = 3_000
/** fail2ban records a ban a moment after it happened. */
const RECORD_MS = 250

/**
 * The bans of one jail as the console was told of them. Pure: it is given what was read, and returns what there is to tell.
 * All times in milliseconds since 1970.
 */
export class JailTracker {
  readonly name: string
  /** -1: permanent. */
  bantimeSeconds: number | undefined
  /** Bans of an idle jail do not expire. */
  isIdle = false
  readonly #bans = new Map<string, Tracked>()
  /** Entries the console was not told of yet, and since when they are seen, in that order. */
  #remembered: ReadonlyMap<string, Tracked> | undefined
  readonly #untold = new Map<string, number>()
  /** Between these is the number of bans since the jail's start that the entries account for. */
  #accounted = { low: 0, high: 0 }
  #lastTotals = { banned: 0, failed: 0 }
  #earliestEnd = Number.POSITIVE_INFINITY

  /** What an earlier tracker of the jail knew of times is used; nothing counts as banned for it. */
  constructor(name: string, earlier?: JailTracker) {
    this.name = name
    if (!earlier) return
    this.#remembered = earlier.#bans
    this.isIdle = earlier.isIdle
  }

  get size(): number {
    return this.#bans.size
  }

  get untoldCount(): number {
    return this.#untold.size
  }

  forgetEarlier(): void {
    this.#remembered = undefined
  }

  // ------------------------------------------------------------------------------------------------ counters

  /** Compares fail2ban's counters with what is tracked. */
  unseen(status: Pick<JailStatus, 'currentlyBanned' | 'totalBanned' | 'totalFailed'>): Unseen {
    const { currentlyBanned, totalBanned, totalFailed } = status
    const isRestarted = totalBanned < this.#lastTotals.banned || totalFailed < this.#lastTotals.failed
    this.#lastTotals = { banned: totalBanned, failed: totalFailed }
    const bans = Math.max(0, totalBanned - this.#accounted.high)
    const ends = this.#bans.size + bans - currentlyBanned
    const isNothing = bans === 0 && ends === 0 && totalBanned >= this.#accounted.low
    if (isNothing) this.account(totalBanned, totalBanned)
    return { isRestarted, isNothing, bans, ends }
  }

  /** The entries account for all bans up to some number between these. */
  account(low: number, high: number): void {
    this.#accounted = { low, high: Math.max(low, high) }
  }

  // ---------------------------------------------------------------------------------------- fail2ban's records

  /** A ban as fail2ban has just recorded it. It may have ended since. */
  recorded(row: RecordedBan): FeedChange[] {
    const known = this.#bans.get(row.ip)
    if (!known) {
      this.#countBan()
      this.#track(row.ip, factTimes(row))
      return [{ kind: 'ban', ...factOf(row) }]
    }
    if (known.guessed) {
      this.#track(row.ip, factTimes(row))
      return [{ kind: 'detail', ...factOf(row) }]
    }
    if (row.bannedAt <= known.bannedAt) return []
    // fail2ban records no ban of what is banned: the one before must have ended.
    this.#countBan()
    const end = this.#endOf(row.ip, known, row.bannedAt, 'lifted')
    this.#track(row.ip, factTimes(row))
    return [end, { kind: 'ban', ...factOf(row) }]
  }

  /** A record that may be old news. True: it speaks of a ban that is not tracked and may be in force. */
  reread(row: RecordedBan, now: number): { changes: FeedChange[]; isDoubtful: boolean } {
    const known = this.#bans.get(row.ip)
    const inForce = isInForce(row, now)
    if (known && inForce && (known.guessed || row.bannedAt > known.bannedAt)) {
      return { changes: this.recorded(row), isDoubtful: false }
    }
    if (known || inForce) return { changes: [], isDoubtful: !known }
    return { changes: [{ kind: 'past', ...factOf(row) }], isDoubtful: false }
  }

  #countBan(): void {
    this.#accounted = { low: this.#accounted.low + 1, high: this.#accounted.high + 1 }
  }

  // ---------------------------------------------------------------------------------------- fail2ban's own list

  /** Tracks an entry that fail2ban lists; the console is to be told unless it was tracked already. */
  see(ip: string, now: number): void {
    if (this.#bans.has(ip)) return
    const remembered = this.#remembered?.get(ip)
    this.#track(ip, remembered ?? this.#guess(now))
    this.#untold.set(ip, now)
  }

  has(ip: string): boolean {
    return this.#bans.has(ip)
  }

  /** What is tracked and not in the list. */
  missingFrom(listed: ReadonlySet<string>): string[] {
    return [...this.#bans.keys()].filter((ip) => !listed.has(ip))
  }

  /** Up to `limit` entries that the console has to be told of, in the order they were seen. */
  untold(limit: number): string[] {
    const ips: string[] = []
    for (const ip of this.#untold.keys()) {
      if (ips.length === limit) break
      ips.push(ip)
    }
    return ips
  }

  /**
   * Tells of an entry, with what fail2ban's database has of it; undefined while the record may still come, which is not waited
   * for where there is `noRecordToCome`.
   */
  tell(
    ip: string,
    record: RecordedBan | undefined,
    now: number,
    noRecordToCome: boolean,
  ): FeedChange | undefined {
    const known = this.#bans.get(ip)
    const seenAt = this.#untold.get(ip)
    if (!known || seenAt === undefined) return undefined
    if (record && isInForce(record, now)) {
      this.#untold.delete(ip)
      this.#track(ip, factTimes(record))
      return { kind: 'present', ...factOf(record) }
    }
    if (!noRecordToCome && now - seenAt < RECORD_MS) return undefined
    this.#untold.delete(ip)
    const { bannedAt, expiresAt } = known
    return { kind: 'present', jail: this.name, ip, bannedAt, expiresAt, banCount: 1, reason: null }
  }

  // -------------------------------------------------------------------------------------------------------- ends

  /** An entry is not banned any more. */
  end(ip: string, now: number, early: EarlyEnd): FeedChange[] {
    const known = this.#bans.get(ip)
    if (!known) return []
    this.#bans.delete(ip)
    this.#untold.delete(ip)
    return [this.#endOf(ip, known, now, early)]
  }

  /** Entries whose time passed just now, the first to end first: those that fail2ban has let go, if it has let go as many. */
  justExpired(now: number): string[] {
    if (this.isIdle || now < this.#earliestEnd) return []
    return this.#endedBetween(now - OVERDUE_MS, now)
      .toSorted(([, a], [, b]) => a - b)
      .map(([ip]) => ip)
  }

  /** Whether there are bans longer than they should be: somebody prolonged them, or changed the jail's bantime. */
  hasOverdue(now: number): boolean {
    if (this.isIdle || now - OVERDUE_MS < this.#earliestEnd) return false
    const ended = this.#endedBetween(Number.NEGATIVE_INFINITY, now - OVERDUE_MS)
    return ended.some(([ip]) => this.#bans.get(ip)?.guessed === false)
  }

  /** Corrects the end of an entry by the ban time that fail2ban has for it. */
  correctEnd(ip: string, bantimeSeconds: number): FeedChange[] {
    const known = this.#bans.get(ip)
    if (!known || this.#untold.has(ip)) return []
    const expiresAt = endOfBan(known.bannedAt, bantimeSeconds)
    const differs = (expiresAt ?? 0) - (known.expiresAt ?? 0)
    if (Math.abs(differs) <= EXPIRY_SLACK_MS) return []
    this.#track(ip, { ...known, expiresAt })
    return [{ kind: 'end', jail: this.name, ip, expiresAt }]
  }

  #endedBetween(after: number, upTo: number): Array<[ip: string, endedAt: number]> {
    const ended: Array<[string, number]> = []
    let earliest = Number.POSITIVE_INFINITY
    for (const [ip, { expiresAt }] of this.#bans) {
      if (expiresAt === null) continue
      earliest = Math.min(earliest, expiresAt)
      if (expiresAt > after && expiresAt <= upTo) ended.push([ip, expiresAt])
    }
    this.#earliestEnd = earliest
    return ended
  }

  #endOf(ip: string, ban: Tracked, now: number, early: EarlyEnd): FeedChange {
    const { expiresAt } = ban
    const isExpired = expiresAt !== null && expiresAt <= now + EXPIRY_SLACK_MS
    const at = isExpired ? Math.min(expiresAt, now) : now
    return { kind: 'unban', jail: this.name, ip, at, cause: isExpired ? 'expired' : early }
  }

  #track(ip: string, ban: Tracked): void {
    this.#bans.set(ip, ban)
    if (ban.expiresAt !== null) this.#earliestEnd = Math.min(this.#earliestEnd, ban.expiresAt)
  }

  #guess(now: number): Tracked {
    const seconds = this.bantimeSeconds ?? -1
    return { bannedAt: now, expiresAt: endOfBan(now, seconds), guessed: true }
  }
}

/** A ban of that record may be running: records of bans that ended long ago stay in fail2ban's database. */
function isInForce({ expiresAt }: RecordedBan, now: number): boolean {
  return expiresAt === null || expiresAt > now - OVERDUE_MS
}

function factTimes({ bannedAt, expiresAt }: RecordedBan): Tracked {
  return { bannedAt, expiresAt, guessed: false }
}

export function factOf(row: RecordedBan): BanFact {
  const { jail, ip, bannedAt, expiresAt, banCount, failures, matches } = row
  return { jail, ip, bannedAt, expiresAt, banCount, reason: { failures, matches: [...matches] } }
}
