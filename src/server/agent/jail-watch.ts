import { setImmediate as otherWork } from 'node:timers/promises'
import type { FeedChange } from '../../shared/feed.ts'
import type { Fail2banClient, JailStatus } from '../fail2ban/fail2ban-client.ts'
import type { EarlyEnd, JailTracker, Unseen } from './jail-tracker.ts'

export interface JailWatchDeps {
  readonly tracker: JailTracker
  readonly client: Pick<Fail2banClient, 'jailStatus' | 'bannedIn' | 'bannedWithTimes'>
  /** fail2ban's records arrive, so that a ban that only the counters know will soon be explained. */
  readonly hasRecords: () => boolean
  readonly now: () => number
}

/** A list that cost less is simply read at every change. */
const CHEAP_MS = 5
/** A list is not read again before ten times its cost has passed, so that fail2ban is free nine tenths of the time … */
const COST_FACTOR = 10
/** … nor held back for longer than this, so that the console is never much behind. */
const LONGEST_WAIT_MS = 1_500
/** Where ends were concluded from the clock alone the list is read soon; otherwise now and then, in case of errors. */
const CHECK_FACTOR = 100
const AUDIT_FACTOR = 1_000
const AUDIT_MS = 60_000
const ENDS_FACTOR = 100
const ENDS_MS = 10_000
/** After a start fail2ban bans anew what was banned before: first nothing, then in portions. */
const QUIET_MS = 1_200
const LONGEST_START_MS = 30_000
/** Entries compared before other work gets its turn. */
const CHUNK = 5_000

/** fail2ban has just started the jail, or we have just come: what is missing may still be on its way. */
interface Start {
  readonly since: number
  /** What is tracked is from before. */
  readonly isAgain: boolean
  /** Since when nothing was restored. */
  quietSince: number
  lastTotal: number | undefined
}

/** Keeps one jail's tracker equal to fail2ban's own list while asking fail2ban for as little as possible. */
export class JailWatch {
  readonly tracker: JailTracker
  readonly #client: JailWatchDeps['client']
  readonly #hasRecords: () => boolean
  readonly #now: () => number
  readonly #list = { costMs: 0, mayReadAt: 0, auditAt: 0 }
  readonly #ends = { mayReadAt: 0, isDoubted: false }
  /** The list is to be read whatever the counters say. */
  #isDoubted = true
  #waitedForRecords = false
  #start: Start | undefined
  #earlyEnd: EarlyEnd = 'lifted'

  constructor({ tracker, client, hasRecords, now }: JailWatchDeps) {
    this.tracker = tracker
    this.#client = client
    this.#hasRecords = hasRecords
    this.#now = now
    this.#beginStart(false)
  }

  /** All that is banned is tracked and told, and no start is under way. */
  get isSettled(): boolean {
    return this.#start === undefined && this.tracker.untoldCount === 0
  }

  doubt(): void {
    this.#isDoubted = true
  }

  /** The ends of bans are to be read again: the jail's bantime was changed. */
  doubtEnds(): void {
    this.#ends.isDoubted = true
  }

  /** Draws the conclusions from fail2ban's counters, reading its list where they do not suffice. */
  async follow(status: JailStatus): Promise<FeedChange[]> {
    const unseen = this.tracker.unseen(status)
    if (unseen.isRestarted) {
      this.#beginStart(true)
      // What fail2ban does not restore was lost, not lifted.
      this.#earlyEnd = 'unknown'
      this.tracker.isIdle = false
    }
    if (this.#start) return this.#followStart(this.#start, status, unseen)
    if (unseen.isNothing) this.#waitedForRecords = false
    const isFine = unseen.isNothing && !this.#isDoubted && this.#now() < this.#list.auditAt
    const changes = isFine ? [] : await this.#explain(unseen)
    const wantsEnds = this.#ends.isDoubted || this.tracker.hasOverdue(this.#now())
    return wantsEnds && this.#now() >= this.#ends.mayReadAt
      ? [...changes, ...(await this.#readEnds())]
      : changes
  }

  #beginStart(isAgain: boolean): void {
    const now = this.#now()
    this.#start = { since: now, isAgain, quietSince: now, lastTotal: undefined }
  }

  /** Nothing counts as ended until fail2ban has restored what it remembers: bans without a new record of them. */
  async #followStart(start: Start, status: JailStatus, unseen: Unseen): Promise<FeedChange[]> {
    const now = this.#now()
    const isRestoring = unseen.bans > 0 && status.totalBanned !== start.lastTotal
    if (start.lastTotal === undefined || isRestoring) start.quietSince = now
    start.lastTotal = status.totalBanned
    const isOver = now - start.quietSince >= QUIET_MS || now - start.since >= LONGEST_START_MS
    const isKnown = unseen.isNothing && !this.#isDoubted
    if (!isOver) return isKnown ? [] : this.#readListIfDue(false)
    const changes = isKnown && !start.isAgain ? [] : await this.#readList(true)
    this.#start = undefined
    this.#earlyEnd = 'lifted'
    this.tracker.forgetEarlier()
    return changes
  }

  async #explain(unseen: Unseen): Promise<FeedChange[]> {
    const { tracker } = this
    const isDear = this.#list.costMs > CHEAP_MS
    if (isDear && !this.#isDoubted && !unseen.isNothing) {
      const expired = unseen.bans === 0 && unseen.ends > 0 ? tracker.justExpired(this.#now()) : []
      if (expired.length > 0 && expired.length >= unseen.ends) {
        this.#list.auditAt = Math.min(this.#list.auditAt, this.#now() + this.#list.costMs * CHECK_FACTOR)
        return expired.slice(0, unseen.ends).flatMap((ip) => tracker.end(ip, this.#now(), this.#earlyEnd))
      }
      if (unseen.bans > 0 && this.#hasRecords() && !this.#waitedForRecords) {
        this.#waitedForRecords = true
        return []
      }
    }
    return this.#readListIfDue(true)
  }

  async #readListIfDue(mayEnd: boolean): Promise<FeedChange[]> {
    return this.#now() >= this.#list.mayReadAt ? this.#readList(mayEnd) : []
  }

  async #readList(mayEnd: boolean): Promise<FeedChange[]> {
    const { name } = this.tracker
    const startedAt = this.#now()
    const [before, entries, after] = await Promise.all([
      this.#client.jailStatus(name),
      this.#client.bannedIn(name),
      this.#client.jailStatus(name),
    ])
    const now = this.#now()
    const costMs = now - startedAt
    this.#list.costMs = costMs
    this.#list.mayReadAt = now + Math.min(costMs * COST_FACTOR, LONGEST_WAIT_MS)
    this.#list.auditAt = now + Math.max(AUDIT_MS, costMs * AUDIT_FACTOR)
    this.#isDoubted = false
    this.#waitedForRecords = false
    await inChunks(entries, (ip) => this.tracker.see(ip, now))
    this.tracker.account(before.totalBanned, after.totalBanned)
    return mayEnd ? this.#endAllBut(entries, now) : []
  }

  async #endAllBut(entries: readonly string[], now: number): Promise<FeedChange[]> {
    const listed = new Set<string>()
    await inChunks(entries, (ip) => listed.add(ip))
    const changes: FeedChange[] = []
    await inChunks(this.tracker.missingFrom(listed), (ip) => {
      changes.push(...this.tracker.end(ip, now, this.#earlyEnd))
    })
    return changes
  }

  async #readEnds(): Promise<FeedChange[]> {
    const startedAt = this.#now()
    const timed = await this.#client.bannedWithTimes(this.tracker.name)
    const costMs = this.#now() - startedAt
    this.#ends.isDoubted = false
    this.#ends.mayReadAt = this.#now() + Math.max(ENDS_MS, costMs * ENDS_FACTOR)
    const changes: FeedChange[] = []
    await inChunks(timed, ({ ip, bantimeSeconds }) => {
      changes.push(...this.tracker.correctEnd(ip, bantimeSeconds))
    })
    return changes
  }
}

async function inChunks<T>(items: readonly T[], work: (item: T) => void): Promise<void> {
  for (let from = 0; from < items.length; from += CHUNK) {
    if (from > 0) await otherWork()
    for (const item of items.slice(from, from + CHUNK)) work(item)
  }
}
