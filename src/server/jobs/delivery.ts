import { DelayedError, WaitingError, type Job as Delivered } from 'bullmq'
import { z } from 'zod'
import { messageOf } from '../lib/errors.ts'
import type { Json } from '../lib/json.ts'
import type { FaultLog } from './fault-log.ts'
import type { RunLedger } from './job.ts'
import {
  LEDGER_RETRY_MS,
  LOOK_AGAIN_MS,
  type Claimed,
  type Ended,
  type JobRunner,
  type RunHooks,
} from './job-runner.ts'
import { redisFaultOf } from './redis-fault.ts'
import { slotsOf, type Slots } from './slots.ts'
import { fromStored, StoredSchedule } from './stored-schedule.ts'
import type { WaitingRoom } from './waiting-room.ts'

const LONGEST_LOOK_MS = 5_000
const HAND_OVER_MS = 1_000

const AnyJson: z.ZodType<Json> = z.json()
/** What Redis keeps of a triggered run. Its slot is chosen when the run begins, and stays with it through all attempts. */
const TriggeredRun = z.object({ payload: AnyJson, slot: z.exactOptional(z.int()) })
export type TriggeredRun = z.infer<typeof TriggeredRun>

export interface DeliveryDeps {
  readonly runners: ReadonlyMap<string, JobRunner>
  readonly waitingRoom: WaitingRoom
  readonly ledger: RunLedger
  readonly now: () => number
  readonly faults: FaultLog
  readonly leaseMs: number
  /** False while this process should take nothing. */
  readonly mayRun: () => boolean
  /** Whether a job that is unknown here may be one of a newer version's; `since` is when it was put into the queue. */
  readonly isOfNewerVersion: (since: number) => boolean
  /** Leaves what comes to other processes for so long. */
  readonly stepBack: (ms: number) => void
  /** Keeps BullMQ from giving the delivery to somebody else. */
  readonly renewLock: (id: string, token: string) => void
}

/**
 * Does what a delivery asks for, as far as the ledger allows. It resolves when nothing is left to do for the delivery, rejects
 * with the fault of a run that is given up, and else puts it back into the queue, to come again when there may be something
 * to do. What BullMQ delivers says no more than "look": which slot is due is worked out from the clock, and whether it is to be
 * run is for the ledger to say.
 */
export async function handleDelivery(delivered: Delivered, token: string, deps: DeliveryDeps): Promise<void> {
  if (!deps.mayRun()) {
    await delivered.moveToWait(token)
    throw new WaitingError()
  }
  const runner = deps.runners.get(delivered.name)
  const delivery = new Delivery(delivered, token, deps)
  try {
    if (!runner) await delivery.handOver()
    else if (delivered.repeatJobKey === undefined) await delivery.runTriggered(runner)
    else await delivery.runScheduled(runner)
  } catch (error) {
    if (!(error instanceof LedgerFault)) throw error
    const { name: job } = delivered
    const what = 'the ledger of job runs does not answer; trying again'
    deps.faults.report('warn', job, { job, err: error.cause }, what)
    await delivery.comeBack(deps.now() + LEDGER_RETRY_MS)
  }
}

class LedgerFault extends Error {}

async function ask<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer
  } catch (cause) {
    throw new LedgerFault('', { cause })
  }
}

class Delivery {
  readonly #delivered: Delivered
  readonly #token: string
  readonly #deps: DeliveryDeps
  readonly #id: string
  /** Of the schedule that delivers it. */
  readonly #slots: Slots | undefined
  #hasEntered = false

  constructor(delivered: Delivered, token: string, deps: DeliveryDeps) {
    this.#delivered = delivered
    this.#token = token
    this.#id = delivered.id ?? ''
    this.#deps = deps
    if (delivered.repeatJobKey !== undefined) {
      this.#slots = slotsOf(fromStored(StoredSchedule.parse(delivered.data)))
    }
  }

  /** Nobody here knows the job. */
  async handOver(): Promise<void> {
    const { faults, isOfNewerVersion, stepBack, now } = this.#deps
    const { name: job, timestamp } = this.#delivered
    if (isOfNewerVersion(timestamp)) {
      stepBack(HAND_OVER_MS * 1.5)
      return this.comeBack(now() + HAND_OVER_MS)
    }
    faults.report('warn', job, { job }, 'a run of a job that does not exist in this version was dropped')
  }

  async runScheduled(runner: JobRunner): Promise<void> {
    const slot = this.#slots?.latest(this.#deps.now())
    if (slot === undefined) return
    const claim = await this.#claim(runner, slot)
    if (claim.kind === 'live') return this.#wait(claim.until)
    await this.#leave()
    if (claim.kind === 'claimed') await this.#settle(await this.#run(runner, { slot, payload: null }, claim))
  }

  async runTriggered(runner: JobRunner): Promise<void> {
    const { now } = this.#deps
    const triggered = this.#triggeredRun()
    if (!triggered) return
    const { payload } = triggered
    const isFresh = triggered.slot === undefined
    if (isFresh && (await this.#mustWait())) return this.#wait()
    let slot = triggered.slot ?? now()
    let claim = await this.#claim(runner, slot)
    // A fresh slot that is settled belongs to another trigger, of the same millisecond.
    if (isFresh) {
      while (claim.kind === 'settled') claim = await this.#claim(runner, (slot += 1))
    }
    if (claim.kind === 'live') return this.#wait(claim.until)
    await this.#leave()
    if (claim.kind === 'settled') return
    let hasBegun = !isFresh
    const begin = async (): Promise<void> => {
      if (!hasBegun) await this.#begin(payload, slot)
      hasBegun = true
    }
    const ended = await this.#run(runner, { slot, payload }, claim, begin)
    if (!hasBegun) return this.comeBack(now() + LEDGER_RETRY_MS)
    await this.#settle(ended)
  }

  /** Puts the delivery back until `at`, unless the schedule itself delivers by then. */
  async comeBack(at: number): Promise<void> {
    if (this.#isSucceededBy(at)) return
    await this.#delivered.moveToDelayed(at, this.#token)
    throw new DelayedError()
  }

  #isSucceededBy(at: number): boolean {
    const next = this.#slots?.next(this.#deps.now())
    return next !== undefined && next <= at
  }

  #triggeredRun(): TriggeredRun | undefined {
    const { name: job, data } = this.#delivered
    const { data: run, error } = TriggeredRun.safeParse(data)
    if (error)
      this.#deps.faults.report(
        'error',
        job,
        { job, err: error },
        'a triggered run cannot be read and was dropped',
      )
    return run
  }

  #claim(runner: JobRunner, slot: number): ReturnType<RunLedger['claim']> {
    const { ledger, leaseMs } = this.#deps
    return ask(ledger.claim(runner.job.name, slot, leaseMs, runner.job.attempts))
  }

  async #run(
    runner: JobRunner,
    wish: { slot: number; payload: Json },
    claim: Claimed,
    begin?: RunHooks['begin'],
  ): Promise<Ended> {
    const { waitingRoom, renewLock } = this.#deps
    const renewed = (): void => renewLock(this.#id, this.#token)
    const ended = await ask(runner.run(wish, claim, { renewed, ...(begin && { begin }) }))
    void waitingRoom.callNext(this.#delivered.name)
    return ended
  }

  /** From here on a trigger of the same key is news, which this run may not see. */
  async #begin(payload: Json, slot: number): Promise<void> {
    try {
      await this.#delivered.removeDeduplicationKey()
      await this.#delivered.updateData({ payload, slot })
    } catch (error) {
      // Redis lost it, so nobody else can get it.
      if (redisFaultOf(error).kind !== 'lost') throw error
    }
  }

  async #settle(ended: Ended): Promise<void> {
    if (ended.kind === 'given-up') throw new Error(messageOf(ended.cause), { cause: ended.cause })
    if (ended.kind === 'again') await this.comeBack(ended.at)
    if (ended.kind === 'aborted') await this.comeBack(this.#deps.now() + LOOK_AGAIN_MS)
  }

  /** This delivery is called when it is its turn, and looks by itself, ever more seldom. */
  async #wait(until = Infinity): Promise<void> {
    const looks = Math.max(1, this.#delivered.attemptsStarted)
    const pauseMs = Math.min(LONGEST_LOOK_MS, LOOK_AGAIN_MS * 2 ** Math.min(looks - 1, 10))
    const at = Math.min(until, this.#deps.now() + pauseMs)
    if (this.#isSucceededBy(at)) return
    if (!this.#hasEntered) await this.#mustWait()
    await this.comeBack(at)
  }

  /** What is due comes first, then what was triggered, in its order. */
  async #mustWait(): Promise<boolean> {
    this.#hasEntered = true
    const order = this.#slots ? 0 : Number(this.#id)
    const { mustWait } = await this.#deps.waitingRoom.enter(this.#delivered.name, this.#id, order)
    return mustWait
  }

  async #leave(): Promise<void> {
    const { name, attemptsStarted } = this.#delivered
    if (this.#hasEntered || attemptsStarted > 1) await this.#deps.waitingRoom.leave(name, this.#id)
  }
}
