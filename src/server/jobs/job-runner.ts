import { messageOf } from '../lib/errors.ts'
import type { FaultLog } from './fault-log.ts'
import type { Claim, Job, JobRun, RunLedger, RunResult } from './job.ts'

const FIRST_RETRY_MS = 1_000
/** How often to look whether a run elsewhere has ended. */
export const LOOK_AGAIN_MS = 1_000
export const LEDGER_RETRY_MS = 5_000
/** A run that ignores its signal for this long is left to itself; its fence keeps it from counting. */
const GRACE_MS = 5_000

export type Claimed = Extract<Claim, { kind: 'claimed' }>

export interface JobRunnerDeps {
  readonly ledger: RunLedger
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly faults: FaultLog
  readonly leaseMs: number
}

export interface RunHooks {
  /** Comes before the job itself, within its time-out; when it rejects, the attempt has failed. */
  begin?(): Promise<void>
  /** The claim was renewed. */
  renewed?(): void
}

export type Ended =
  | { readonly kind: 'done' }
  | { readonly kind: 'given-up'; readonly cause: unknown }
  /** The slot is not settled; there is nothing to do for it before `at` (milliseconds since 1970). */
  | { readonly kind: 'again'; readonly at: number }
  /** By `abort`. The claim runs out, and whoever runs then does it again. */
  | { readonly kind: 'aborted' }

/** Carries out the claimed runs of one job: renews the claim, ends what takes too long, settles it in the ledger, reports faults. */
export class JobRunner {
  readonly job: Job
  readonly #deps: JobRunnerDeps
  readonly #ending = new Set<AbortController>()
  #aborted = false

  /** Throws where the limits of the job make no sense. */
  constructor(job: Job, deps: JobRunnerDeps) {
    checkLimits(job)
    this.job = job
    this.#deps = deps
  }

  /** Ends what runs, and whatever is begun from now on. */
  abort(): void {
    this.#aborted = true
    for (const ending of this.#ending) ending.abort(new Error('the scheduler stops'))
  }

  /** Rejects when the ledger does not answer. */
  async run(wish: Pick<JobRun, 'slot' | 'payload'>, claim: Claimed, hooks: RunHooks = {}): Promise<Ended> {
    const { ledger, now } = this.#deps
    const { name, attempts } = this.job
    const { attempt, fence } = claim
    const outcome = await this.#carryOut({ ...wish, attempt, fence }, hooks)
    if (this.#aborted && !outcome.ok) return { kind: 'aborted' }
    const retries = !outcome.ok && attempt < attempts
    const retryAfterMs = retries ? FIRST_RETRY_MS * 2 ** (attempt - 1) : 0
    if (!outcome.ok) this.#report(outcome.cause, attempt, retries)
    const result: RunResult = outcome.ok
      ? outcome
      : { ok: false, error: messageOf(outcome.cause), retryAfterMs }
    const counts = await ledger.finish(name, wish.slot, fence, result)
    if (!counts) return { kind: 'again', at: now() + LOOK_AGAIN_MS }
    if (retries) return { kind: 'again', at: now() + retryAfterMs }
    return outcome.ok ? { kind: 'done' } : { kind: 'given-up', cause: outcome.cause }
  }

  async #carryOut(
    run: Omit<JobRun, 'signal'>,
    hooks: RunHooks,
  ): Promise<{ ok: true } | { ok: false; cause: unknown }> {
    const ending = new AbortController()
    const { signal } = ending
    this.#ending.add(ending)
    if (this.#aborted) ending.abort()
    const stopRenewing = this.#renewing(run, ending, hooks)
    const { timeoutMs } = this.job
    const tooLate = setTimeout(
      () => ending.abort(new Error(`it took longer than ${timeoutMs} ms`)),
      timeoutMs,
    )
    const work = async (): Promise<void> => {
      await hooks.begin?.()
      signal.throwIfAborted()
      await this.job.run({ ...run, signal })
    }
    try {
      signal.throwIfAborted()
      await unlessIgnored(work(), signal)
      signal.throwIfAborted()
      return { ok: true }
    } catch (error) {
      return { ok: false, cause: signal.aborted ? signal.reason : error }
    } finally {
      clearTimeout(tooLate)
      stopRenewing()
      this.#ending.delete(ending)
    }
  }

  #renewing({ slot, fence }: Omit<JobRun, 'signal'>, ending: AbortController, hooks: RunHooks): () => void {
    const { ledger, leaseMs } = this.#deps
    const renewal = setInterval(() => {
      ledger.renew(this.job.name, slot, fence, leaseMs).then(
        (kept) => (kept ? hooks.renewed?.() : ending.abort(new Error('another process took it over'))),
        // No answer says nothing: as long as the lease lasts, the next one may.
        () => undefined,
      )
    }, leaseMs / 3)
    return () => clearInterval(renewal)
  }

  #report(err: unknown, attempt: number, retries: boolean): void {
    const { name: job, attempts: of } = this.job
    const about = { job, attempt, of, err }
    if (retries) this.#deps.faults.report('warn', job, about, 'a job failed and will be tried again')
    else this.#deps.faults.report('error', job, about, 'a job failed and is given up until it is next due')
  }
}

function checkLimits({ name, attempts, timeoutMs }: Job): void {
  if (!Number.isSafeInteger(attempts) || attempts < 1) {
    throw new RangeError(`The job ${name} needs at least one attempt.`)
  }
  if (!(timeoutMs > 0)) throw new RangeError(`The job ${name} needs a time-out.`)
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
