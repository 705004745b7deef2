import { messageOf } from '../lib/errors.ts'
import type { Json } from '../lib/json.ts'
import { within } from '../lib/pause.ts'
import type { FaultLog } from './fault-log.ts'
import type { Claim, Job, JobRun, RunLedger, RunResult } from './job.ts'
import { slotsOf, type Slots } from './slots.ts'

/** A sleep is never longer, so that a clock that was set is noticed. */
const LONGEST_SLEEP_MS = 60_000
/** How often to look whether a run elsewhere has ended. */
const LOOK_AGAIN_MS = 1_000
const LEDGER_RETRY_MS = 5_000
const FIRST_RETRY_MS = 1_000
/** A run that ignores its signal for this long is left to itself; its fence keeps it from counting. */
const GRACE_MS = 5_000
const STOP_GRACE_MS = 1_000

/** One run that is wanted. Triggered ones choose their slot when they are first tried. */
interface Wanted {
  slot: number | undefined
  readonly payload: Json
  readonly dedupeKey: string | undefined
  readonly triggered: boolean
  notBefore: number
  claimed: boolean
}

type Claimed = Extract<Claim, { kind: 'claimed' }>

export interface JobLoopDeps {
  readonly ledger: RunLedger
  readonly now: () => number
  readonly faults: FaultLog
  readonly leaseMs: number
}

/** Runs one job: one run at a time, the scheduled slot first, missed slots as one. */
export class JobLoop {
  readonly #job: Job
  readonly #deps: JobLoopDeps
  readonly #slots: Slots
  /** The scheduled slot that needs nothing more. Any other, a lower one too when the clock was set back, is asked for. */
  #settledSlot: number | undefined
  #scheduled: Wanted | undefined
  readonly #triggered = new Set<Wanted>()
  #lastTriggeredSlot = 0
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> | undefined
  /** Ends what runs. */
  #ending: AbortController | undefined
  #active = false
  #aborted = false

  constructor(job: Job, deps: JobLoopDeps) {
    this.#job = job
    this.#deps = deps
    this.#slots = slotsOf(job.schedule)
  }

  start(): void {
    this.#active = true
    this.#sleep()
  }

  trigger(payload: Json, dedupeKey: string | undefined): void {
    const waiting = [...this.#triggered].some((wanted) => wanted.dedupeKey === dedupeKey)
    if (dedupeKey !== undefined && waiting) return
    const slot = undefined
    this.#triggered.add({ slot, payload, dedupeKey, triggered: true, notBefore: 0, claimed: false })
    this.#sleep()
  }

  nextRunAt(): number | undefined {
    return this.#slots.next(this.#deps.now())
  }

  /** Resolves with the number of triggered runs that are lost with this process. */
  async stop(deadlineMs: number): Promise<number> {
    this.#active = false
    clearTimeout(this.#timer)
    if (this.#running) await within(deadlineMs, this.#running)
    this.#aborted = true
    this.#ending?.abort(new Error('the scheduler stops'))
    if (this.#running) await within(STOP_GRACE_MS, this.#running)
    return this.#triggered.size
  }

  #sleep(): void {
    if (!this.#active || this.#running) return
    const at = this.#deps.now()
    const dueAt = this.#dueAt(at)
    if (dueAt === undefined) return
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#wake(), Math.min(Math.max(0, dueAt - at), LONGEST_SLEEP_MS))
    this.#timer.unref()
  }

  #wake(): void {
    if (!this.#active || this.#running) return
    const wanted = this.#due(this.#deps.now())
    if (!wanted) return this.#sleep()
    this.#running = this.#attempt(wanted).finally(() => {
      this.#running = undefined
      this.#sleep()
    })
  }

  #due(at: number): Wanted | undefined {
    const candidates = [this.#scheduledAt(at), ...this.#triggered]
    return candidates.find((wanted) => wanted !== undefined && wanted.notBefore <= at)
  }

  #dueAt(at: number): number | undefined {
    const times = [this.#scheduledAt(at), ...this.#triggered].flatMap((wanted) => wanted?.notBefore ?? [])
    const next = this.#slots.next(at)
    if (next !== undefined) times.push(next)
    return times.length > 0 ? Math.max(at, Math.min(...times)) : undefined
  }

  /** The latest slot, unless nothing is left to do for it. */
  #scheduledAt(at: number): Wanted | undefined {
    const slot = this.#slots.latest(at)
    if (slot === undefined || slot === this.#settledSlot) return undefined
    if (this.#scheduled?.slot !== slot) {
      const fresh = { triggered: false, notBefore: 0, claimed: false }
      this.#scheduled = { slot, payload: null, dedupeKey: undefined, ...fresh }
    }
    return this.#scheduled
  }

  async #attempt(wanted: Wanted): Promise<void> {
    let settled = false
    try {
      settled = await this.#tryToSettle(wanted)
    } catch (error) {
      wanted.notBefore = this.#deps.now() + LEDGER_RETRY_MS
      const about = { job: this.#job.name, err: error }
      this.#deps.faults.report('warn', about, 'the ledger of job runs does not answer; trying again')
    }
    if (!wanted.triggered) this.#settledSlot = settled ? wanted.slot : this.#settledSlot
    else if (settled) this.#triggered.delete(wanted)
    else this.#triggered.add(wanted)
  }

  /** True when nothing is left to do for it; else `notBefore` says when to go on. */
  async #tryToSettle(wanted: Wanted): Promise<boolean> {
    const { ledger, now, leaseMs } = this.#deps
    const slot = (wanted.slot ??= this.#freshSlot())
    const claim = await ledger.claim(this.#job.name, slot, leaseMs, this.#job.attempts)
    if (claim.kind === 'live') wanted.notBefore = Math.min(claim.until, now() + LOOK_AGAIN_MS)
    if (claim.kind === 'claimed') return this.#run(wanted, slot, claim)
    // A fresh trigger's slot that is settled belongs to a trigger in another process.
    const isForeign = wanted.triggered && !wanted.claimed
    if (claim.kind === 'settled' && isForeign) wanted.slot = undefined
    return claim.kind === 'settled' && !isForeign
  }

  async #run(wanted: Wanted, slot: number, { attempt, fence }: Claimed): Promise<boolean> {
    const { ledger, now } = this.#deps
    const { name, attempts } = this.#job
    wanted.claimed = true
    // A trigger of the same key is news from now on, which this run may not see.
    this.#triggered.delete(wanted)
    const outcome = await this.#carryOut({ slot, attempt, fence, payload: wanted.payload })
    // An aborted run's lease runs out, and whoever runs then does it again.
    if (this.#aborted && !outcome.ok) return false
    const retries = !outcome.ok && attempt < attempts
    const retryAfterMs = retries ? FIRST_RETRY_MS * 2 ** (attempt - 1) : 0
    if (!outcome.ok) this.#report(outcome.cause, attempt, retries)
    const result: RunResult = outcome.ok
      ? outcome
      : { ok: false, error: messageOf(outcome.cause), retryAfterMs }
    const counts = await ledger.finish(name, slot, fence, result)
    wanted.notBefore = now() + (counts ? retryAfterMs : LOOK_AGAIN_MS)
    return counts && !retries
  }

  async #carryOut(run: Omit<JobRun, 'signal'>): Promise<{ ok: true } | { ok: false; cause: unknown }> {
    const ending = new AbortController()
    const { signal } = ending
    this.#ending = ending
    if (this.#aborted) ending.abort()
    const stopRenewing = this.#renewing(run, ending)
    const { timeoutMs } = this.#job
    const tooLate = setTimeout(
      () => ending.abort(new Error(`it took longer than ${timeoutMs} ms`)),
      timeoutMs,
    )
    try {
      signal.throwIfAborted()
      await unlessIgnored((async () => this.#job.run({ ...run, signal }))(), signal)
      signal.throwIfAborted()
      return { ok: true }
    } catch (error) {
      return { ok: false, cause: signal.aborted ? signal.reason : error }
    } finally {
      clearTimeout(tooLate)
      stopRenewing()
      this.#ending = undefined
    }
  }

  #renewing({ slot, fence }: Omit<JobRun, 'signal'>, ending: AbortController): () => void {
    const { ledger, leaseMs } = this.#deps
    const renewal = setInterval(() => {
      ledger.renew(this.#job.name, slot, fence, leaseMs).then(
        (kept) => kept || ending.abort(new Error('another process took it over')),
        // No answer says nothing: as long as the lease lasts, the next one may.
        () => undefined,
      )
    }, leaseMs / 3)
    return () => clearInterval(renewal)
  }

  #report(err: unknown, attempt: number, retries: boolean): void {
    const about = { job: this.#job.name, attempt, of: this.#job.attempts, err }
    if (retries) this.#deps.faults.report('warn', about, 'a job failed and will be tried again')
    else this.#deps.faults.report('error', about, 'a job failed and is given up until it is next due')
  }

  /** The present moment, and never the same one twice. */
  #freshSlot(): number {
    this.#lastTriggeredSlot = Math.max(this.#deps.now(), this.#lastTriggeredSlot + 1)
    return this.#lastTriggeredSlot
  }
}

/** Rejects when the run goes on for GRACE_MS after its signal aborted. */
async function unlessIgnored(run: Promise<void>, signal: AbortSignal): Promise<void> {
  const { promise: ignored, reject } = Promise.withResolvers<never>()
  let timer: NodeJS.Timeout | undefined
  const onAbort = (): void => {
    timer = setTimeout(() => reject(signal.reason), GRACE_MS)
  }
  signal.addEventListener('abort', onAbort)
  try {
    await Promise.race([run, ignored])
  } finally {
    signal.removeEventListener('abort', onAbort)
    clearTimeout(timer)
  }
}
