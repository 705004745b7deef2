import type { FeedChange, FeedPosition } from '../../shared/feed.ts'
import type { Fail2banClient, JailStatus } from '../fail2ban/fail2ban-client.ts'
import type { Logger } from '../lib/logger.ts'
import type { Requests } from '../state/state-provider.ts'
import type { BanRecords, PastRows } from './ban-records.ts'
import { FeedSender } from './feed-sender.ts'
import { factOf, JailTracker } from './jail-tracker.ts'
import { JailWatch } from './jail-watch.ts'

export interface BanFeedDeps {
  readonly host: string
  readonly client: Pick<Fail2banClient, 'jailStatus' | 'bannedIn' | 'bannedWithTimes'>
  readonly records: Pick<BanRecords, 'isReadable' | 'news' | 'latest' | 'past'>
  readonly requests: Pick<Requests, 'send'>
  readonly isCurrent: () => boolean
  /** Where the console's archive ends; undefined until somebody has said. */
  readonly position: () => FeedPosition | undefined
  /** Asks for another look soon. */
  readonly wake: () => void
  readonly now: () => number
  readonly log: Logger
}

/** fail2ban opens its socket before it has its jails. */
const NO_JAILS_MS = 3_000
/** Bans may be recorded later than they happened, by the clock of a log file. */
const OVERLAP_MS = 3_600_000
/** Those that fail2ban has not recorded yet are looked up again. */
const RECORDS_AGAIN_MS = 50

/** Tells the console of every ban and unban of one fail2ban. Driven from outside, look by look. */
export class BanFeed {
  readonly #deps: BanFeedDeps
  readonly #sender: FeedSender
  readonly #watches = new Map<string, JailWatch>()
  readonly #bantimes = new Map<string, number>()
  #beganAt = 0
  /** The console was not told yet in this epoch which jails there are. */
  #needsJails = true
  /** Jails whose comparison is not concluded yet in this epoch. */
  readonly #unfinished = new Set<string>()
  /** What is left of the past to tell; `unread` until it is known where to begin. */
  #past: PastRows | 'unread' | undefined
  /** Lifted by commands while lists are compared that may be older. */
  #liftedMeanwhile: Array<readonly [jail: string, ips: readonly string[]]> | undefined

  constructor(deps: BanFeedDeps) {
    this.#deps = deps
    this.#sender = new FeedSender({
      host: deps.host,
      requests: deps.requests,
      isCurrent: deps.isCurrent,
      fetch: (limit) => this.#fetch(limit),
      onLost: () => {
        this.begin()
        deps.wake()
      },
      log: deps.log,
    })
  }

  /** Everything is compared anew: a connection to fail2ban begins, or the console has lost the thread. */
  begin(): void {
    for (const [name, { tracker }] of this.#watches) this.#watches.set(name, this.#watch(name, tracker))
    this.#beganAt = this.#deps.now()
    this.#needsJails = true
    this.#unfinished.clear()
    this.#past = 'unread'
    this.#sender.begin()
  }

  /** Takes what fail2ban has recorded; to be called before the counters are read. */
  readRecords(): void {
    const { rows, isReread, hasMore } = this.#deps.records.news()
    for (const row of rows) {
      const watch = this.#watches.get(row.jail)
      if (!watch) continue
      if (!isReread) {
        this.#sender.push(watch.tracker.recorded(row))
        continue
      }
      const { changes, isDoubtful } = watch.tracker.reread(row, this.#deps.now())
      this.#sender.push(changes)
      if (isDoubtful) watch.doubt()
    }
    if (hasMore) this.#deps.wake()
  }

  /** Draws the conclusions from the counters of all jails. Throws what the client throws. */
  async follow(statuses: readonly JailStatus[]): Promise<void> {
    if (!this.#reconcileJails(new Set(statuses.map((status) => status.name)))) return
    this.#liftedMeanwhile = []
    try {
      for (const status of statuses) {
        const watch = this.#watches.get(status.name)
        if (watch) this.#sender.push(await watch.follow(status))
        this.#sender.wake()
      }
    } finally {
      const lifts = this.#liftedMeanwhile
      this.#liftedMeanwhile = undefined
      for (const [jail, ips] of lifts) this.lifted(jail, ips)
    }
  }

  /** These bans were lifted by a command of ours, and fail2ban's list confirms it. */
  lifted(jail: string, ips: readonly string[]): void {
    if (this.#liftedMeanwhile) {
      this.#liftedMeanwhile.push([jail, ips])
      return
    }
    const tracker = this.#watches.get(jail)?.tracker
    if (tracker) this.#sender.push(ips.flatMap((ip) => tracker.end(ip, this.#deps.now(), 'lifted')))
  }

  setIdle(jail: string, isIdle: boolean): void {
    const tracker = this.#watches.get(jail)?.tracker
    if (tracker) tracker.isIdle = isIdle
  }

  setBantime(jail: string, seconds: number): void {
    const before = this.#bantimes.get(jail)
    this.#bantimes.set(jail, seconds)
    const watch = this.#watches.get(jail)
    if (!watch || before === seconds) return
    watch.tracker.bantimeSeconds = seconds
    if (before !== undefined) watch.doubtEnds()
  }

  /** Lags behind fail2ban by up to two seconds. */
  isTracked(jail: string, ip: string): boolean {
    return this.#watches.get(jail)?.tracker.has(ip) ?? false
  }

  /** Resolves once all that was found is in the console's database, or after `timeoutMs`. */
  delivered(timeoutMs: number): Promise<void> {
    return this.#sender.drained(timeoutMs)
  }

  stop(): Promise<void> {
    return this.#sender.stop()
  }

  #watch(name: string, earlier?: JailTracker): JailWatch {
    const { client, records, now } = this.#deps
    const tracker = new JailTracker(name, earlier)
    tracker.bantimeSeconds = this.#bantimes.get(name)
    return new JailWatch({ tracker, client, hasRecords: () => records.isReadable, now })
  }

  /** False while it is not clear yet which jails there are. */
  #reconcileJails(names: ReadonlySet<string>): boolean {
    const { now } = this.#deps
    // All jails at once: fail2ban was started anew between two looks.
    if (!this.#needsJails && names.size === 0 && this.#watches.size > 0) this.begin()
    if (this.#needsJails && names.size === 0 && now() - this.#beganAt < NO_JAILS_MS) return false
    for (const name of this.#watches.keys()) {
      if (names.has(name)) continue
      this.#watches.delete(name)
      this.#unfinished.delete(name)
      if (!this.#needsJails) this.#sender.push([{ kind: 'jailGone', jail: name, at: now() }])
    }
    for (const name of names) if (!this.#watches.has(name)) this.#watches.set(name, this.#watch(name))
    if (this.#needsJails) {
      this.#needsJails = false
      this.#sender.push([{ kind: 'jails', names: [...names], at: now() }])
      for (const name of names) this.#unfinished.add(name)
    }
    return true
  }

  // What there is to tell besides what happened: entries that only a list has told of, the conclusions of
  // comparisons, and at last the past.

  #fetch(limit: number): FeedChange[] {
    this.#openPast()
    const changes: FeedChange[] = []
    for (const { tracker } of this.#watches.values()) {
      if (changes.length < limit) changes.push(...this.#introductions(tracker, limit - changes.length))
    }
    for (const jail of this.#unfinished) {
      if (changes.length >= limit || !this.#watches.get(jail)?.isSettled) continue
      this.#unfinished.delete(jail)
      changes.push({ kind: 'snapshotEnd', jail, at: this.#deps.now() })
    }
    return changes.length > 0 ? changes : this.#pastBans(limit)
  }

  #introductions(tracker: JailTracker, limit: number): FeedChange[] {
    const { records, now } = this.#deps
    const ips = tracker.untold(limit)
    if (ips.length === 0) return []
    const found = records.latest(tracker.name, ips)
    const changes = ips.flatMap((ip) => tracker.tell(ip, found.get(ip), now(), !records.isReadable) ?? [])
    if (changes.length < ips.length) setTimeout(() => this.#sender.wake(), RECORDS_AGAIN_MS).unref()
    return changes
  }

  /** Where the archive ends has to be asked before what happens now moves that on. */
  #openPast(): void {
    if (this.#past !== 'unread') return
    const position = this.#deps.position()
    if (position === undefined || !this.#deps.records.isReadable) return
    const { since } = position
    this.#past = this.#deps.records.past(since === undefined ? undefined : since - OVERLAP_MS)
  }

  /** Only once all that holds now was told: a ban that came while nobody watched is news first, and past afterwards. */
  #pastBans(limit: number): FeedChange[] {
    if (this.#past === 'unread' || this.#needsJails || this.#unfinished.size > 0) return []
    const rows = this.#past?.next(limit)
    if (rows === undefined) this.#past = undefined
    return (rows ?? []).map((row) => ({ kind: 'past', ...factOf(row) }))
  }
}
