import type { Json } from '../lib/json.ts'
import { within } from '../lib/pause.ts'
import type { Job } from './job.ts'
import { JobRunner, LEDGER_RETRY_MS, LOOK_AGAIN_MS, type Claimed, type JobRunnerDeps } from './job-runner.ts'
import { slotsOf, type Slots } from './slots.ts'

/** A sleep is never longer, so that a clock that was set is noticed. */
const LONGEST_SLEEP_MS = 60_000
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

/** Runs one job: one run at a time, the scheduled slot first, missed slots as one. */
export class JobLoop {
  readonly #job: Job
  readonly #deps: JobRunnerDeps
  readonly #runner: JobRunner
  readonly #slots: Slots
  /** The scheduled slot that needs nothing more. Any other, a lower one too when the clock was set back, is asked for. */
  #settledSlot: number | undefined
  #scheduled: Wanted | undefined
  readonly #triggered = new Set<Wanted>()
  #lastTriggeredSlot = 0
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> | undefined
  #active = false

  /** Throws where the declaration makes no sense. */
  constructor(job: Job, deps: JobRunnerDeps) {
    this.#job = job
    this.#deps = deps
    this.#runner = new JobRunner(job, deps)
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
    this.#runner.abort()
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
      const { name: job } = this.#job
      const what = 'the ledger of job runs does not answer; trying again'
      this.#deps.faults.report('warn', job, { job, err: error }, what)
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

  async #run(wanted: Wanted, slot: number, claim: Claimed): Promise<boolean> {
    wanted.claimed = true
    // A trigger of the same key is news from now on, which this run may not see.
    this.#triggered.delete(wanted)
    const ended = await this.#runner.run({ slot, payload: wanted.payload }, claim)
    if (ended.kind === 'again') wanted.notBefore = ended.at
    return ended.kind === 'done' || ended.kind === 'given-up'
  }

  /** The present moment, and never the same one twice. */
  #freshSlot(): number {
    this.#lastTriggeredSlot = Math.max(this.#deps.now(), this.#lastTriggeredSlot + 1)
    return this.#lastTriggeredSlot
  }
}
