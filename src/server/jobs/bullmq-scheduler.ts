import { Queue } from 'bullmq'
import { AppError } from '../lib/errors.ts'
import type { Json } from '../lib/json.ts'
import { within } from '../lib/pause.ts'
import { handleDelivery, type TriggeredRun } from './delivery.ts'
import { createFaultLog, type FaultLog, type JobLog } from './fault-log.ts'
import type { Job, JobScheduler, JobStatus, RunLedger } from './job.ts'
import { JobRunner } from './job-runner.ts'
import { JobWorker } from './job-worker.ts'
import {
  createRedisConnections,
  type ConnectionUse,
  type RedisClient,
  type RedisConnections,
} from './redis-connections.ts'
import { redisFaultOf } from './redis-fault.ts'
import { LONGEST_EVENT_STREAM, ScheduleKeeper } from './schedule-keeper.ts'
import { slotsOf, type Slots } from './slots.ts'
import { nextDelivery } from './stored-schedule.ts'
import { createWaitingRoom } from './waiting-room.ts'

const QUEUE = 'jobs'
const LEASE_MS = 20_000
const STALLED_MS = 10_000
const RECONCILE_MS = 30_000
const CONNECT_MS = 2_000
/** What was under way when the connection broke is otherwise answered when it is back. */
const ANSWER_MS = 2_000
const RETRY_MS = 5_000
const STOP_GRACE_MS = 1_000
/** After its start, in which what was missed while nobody ran is made up for. */
const CATCH_UP_MS = 10_000

export interface BullmqSchedulerDeps {
  readonly ledger: RunLedger
  /** Milliseconds since 1970, of the clock that BullMQ reads as well. */
  readonly now: () => number
  readonly log: JobLog
  /**
   * A new connection each time. `queue` fails fast: no offline queue, few retries. `worker` waits for ever:
   * `maxRetriesPerRequest: null`, no `commandTimeout`.
   */
  readonly connect: (use: ConnectionUse) => RedisClient
  /** Of all keys, without the colon; on a cluster it must be a hash tag. */
  readonly prefix: string
  /** Of several versions that run side by side the newest one decides about the schedules. */
  readonly appVersion: string
  /** Whether this process may run jobs just now, asked every second: BullMQ goes by the clock of whoever works. */
  readonly canRun?: () => boolean
  /** False in a process that triggers jobs and tells about them, and leaves their runs and schedules to others. */
  readonly runsJobs?: boolean
  /** After this a run whose process died is taken over; live ones renew their claim thrice as often. */
  readonly leaseMs?: number
  readonly stalledMs?: number
  readonly reconcileMs?: number
}

interface Declared {
  readonly runner: JobRunner
  readonly slots: Slots
}

interface OpenQueue {
  readonly queue: Queue
  readonly client: RedisClient
  /** Resolves when it has been connected for the first time. */
  readonly connected: Promise<void>
}

/**
 * Delivers due slots through BullMQ, to any number of processes. Redis remembers the schedules and the runs that were
 * triggered; what it forgets of the schedules is put back within `reconcileMs`. Which run counts is in the ledger.
 */
export function createBullmqScheduler(deps: BullmqSchedulerDeps): JobScheduler {
  return new BullmqScheduler(deps)
}

class BullmqScheduler implements JobScheduler {
  readonly #deps: BullmqSchedulerDeps
  readonly #faults: FaultLog
  readonly #declared = new Map<string, Declared>()
  readonly #connections: RedisConnections
  #queue: OpenQueue | undefined
  #worker: JobWorker | undefined
  #keeper: ScheduleKeeper | undefined
  #reconciling: Promise<void> | undefined
  #timer: NodeJS.Timeout | undefined
  #phase: 'declaring' | 'running' | 'stopped' = 'declaring'
  #startedAt = 0
  #stopped: Promise<void> | undefined

  constructor(deps: BullmqSchedulerDeps) {
    this.#deps = deps
    this.#faults = createFaultLog(deps.log, deps.now)
    this.#connections = createRedisConnections(deps.connect, (error) => this.#onRedisError(error))
  }

  define(job: Job): void {
    if (this.#phase !== 'declaring') throw new Error(`The job ${job.name} is declared after the start.`)
    if (this.#declared.has(job.name)) throw new Error(`There are two jobs called ${job.name}.`)
    const { ledger, now, leaseMs = LEASE_MS } = this.#deps
    const runner = new JobRunner(job, { ledger, now, faults: this.#faults, leaseMs })
    this.#declared.set(job.name, { runner, slots: slotsOf(job.schedule) })
  }

  async start(): Promise<void> {
    if (this.#phase !== 'declaring') return
    this.#phase = 'running'
    this.#startedAt = this.#deps.now()
    if (this.#deps.runsJobs === false) return
    const { client, connected } = this.#open()
    await within(CONNECT_MS, connected)
    this.#keeper = this.#createKeeper()
    client.on('ready', () => void this.#reconcile())
    // First, so that nothing is taken which only a version before this one knew.
    await within(ANSWER_MS, this.#reconcile())
    if (this.#phase === 'running') this.#worker = this.#createWorker(this.#keeper)
  }

  async trigger(name: string, options: { payload?: Json; dedupeKey?: string } = {}): Promise<void> {
    if (!this.#declared.has(name)) throw new Error(`There is no job called ${name}.`)
    if (this.#phase === 'stopped') throw new Error(`The scheduler has stopped; ${name} will not run.`)
    const { payload = null, dedupeKey } = options
    const { queue, connected } = this.#open()
    await within(CONNECT_MS, connected)
    const deduplication = dedupeKey === undefined ? {} : { deduplication: { id: `${name} ${dedupeKey}` } }
    try {
      await answeredWithin(ANSWER_MS, queue.add(name, { payload } satisfies TriggeredRun, deduplication))
    } catch (cause) {
      const details = { cause, retryAfterSeconds: 2, nextStep: 'Try again in a few seconds.' }
      throw new AppError(
        'state-unavailable',
        `The job ${name} was not triggered: Redis does not take it.`,
        details,
      )
    }
  }

  status(): Promise<JobStatus[]> {
    const { ledger } = this.#deps
    return Promise.all(
      [...this.#declared].map(async ([name, { slots }]) => {
        const told = await ledger.status(name)
        const nextRunAt = this.#phase === 'running' ? slots.next(this.#ranUntil(told.lastRunAt)) : undefined
        return { name, ...told, ...(nextRunAt !== undefined && { nextRunAt }) }
      }),
    )
  }

  /** Whether anybody runs what is due only the ledger knows: this process may have nothing to do with it. */
  #ranUntil(lastRunAt = this.#startedAt): number {
    const at = this.#deps.now()
    return at - this.#startedAt < CATCH_UP_MS ? at : Math.min(at, lastRunAt)
  }

  /** Settles a second after the deadline at the latest, also while Redis is away. */
  async stop(deadlineMs: number): Promise<void> {
    await (this.#stopped ??= this.#stop(deadlineMs))
  }

  async #stop(deadlineMs: number): Promise<void> {
    this.#phase = 'stopped'
    clearTimeout(this.#timer)
    const closed = this.#worker?.close()
    await within(deadlineMs, Promise.resolve(this.#worker?.idle()))
    for (const { runner } of this.#declared.values()) runner.abort()
    await within(STOP_GRACE_MS, Promise.resolve(closed))
    this.#connections.cut()
  }

  #open(): OpenQueue {
    if (this.#queue) return this.#queue
    const client = this.#connections.open('queue')
    const queue = new Queue(QUEUE, {
      connection: client,
      prefix: this.#deps.prefix,
      // Whether it is connected must not decide for ever at the first use.
      skipWaitingForReady: true,
      skipVersionCheck: true,
      skipMetasUpdate: true,
      defaultJobOptions: { removeOnComplete: { count: 100 }, removeOnFail: { count: 500 } },
      streams: { events: { maxLen: LONGEST_EVENT_STREAM } },
      settings: { repeatStrategy: nextDelivery },
    })
    queue.on('error', (error) => this.#onRedisError(error))
    const connected = new Promise<void>((resolve) => client.once('ready', resolve))
    return (this.#queue = { queue, client, connected })
  }

  #createKeeper(): ScheduleKeeper {
    const { prefix, appVersion, now, log, reconcileMs = RECONCILE_MS } = this.#deps
    const jobs = [...this.#declared.values()].map(({ runner }) => runner.job)
    const versionsKey = `${prefix}:job-versions`
    return new ScheduleKeeper({ ...this.#open(), versionsKey, appVersion, jobs, now, reconcileMs, log })
  }

  #createWorker(keeper: ScheduleKeeper): JobWorker {
    const { ledger, now, prefix, leaseMs = LEASE_MS } = this.#deps
    const { stalledMs = STALLED_MS, reconcileMs = RECONCILE_MS, canRun = () => true } = this.#deps
    const runners = new Map([...this.#declared].map(([name, { runner }]) => [name, runner]))
    const waitingRoom = createWaitingRoom({ ...this.#open(), prefix })
    const worker = new JobWorker({
      queueName: QUEUE,
      prefix,
      connection: this.#connections.open('worker'),
      lockMs: leaseMs,
      stalledMs,
      canRun,
      onError: (error) => this.#onRedisError(error),
      handle: (delivered, token) =>
        handleDelivery(delivered, token, {
          runners,
          waitingRoom,
          ledger,
          now,
          faults: this.#faults,
          leaseMs,
          mayRun: () => worker.mayRun,
          // What a newer version put there just now comes before we know of that version.
          isOfNewerVersion: (since) => keeper.isSuperseded || now() - since < 2 * reconcileMs,
          stepBack: (ms) => worker.stepBack(ms),
          renewLock: (id, renewed) => worker.renewLock(id, renewed),
        }),
    })
    return worker
  }

  /** Also finds out whether Redis takes anything again. */
  async #reconcile(): Promise<void> {
    await (this.#reconciling ??= this.#reconcileOnce().finally(() => (this.#reconciling = undefined)))
  }

  async #reconcileOnce(): Promise<void> {
    const { reconcileMs = RECONCILE_MS } = this.#deps
    try {
      await this.#keeper?.reconcile()
      this.#worker?.release()
      this.#reconcileIn(reconcileMs)
    } catch (error) {
      this.#reportRedis(error)
      this.#reconcileIn(Math.min(RETRY_MS, reconcileMs))
    }
  }

  #reconcileIn(ms: number): void {
    clearTimeout(this.#timer)
    if (this.#phase !== 'running') return
    this.#timer = setTimeout(() => void this.#reconcile(), ms).unref()
  }

  #onRedisError(error: Error): void {
    if (this.#reportRedis(error) !== 'refused' || this.#phase !== 'running') return
    if (this.#worker?.hold()) this.#reconcileIn(RETRY_MS)
  }

  #reportRedis(err: unknown): string {
    const { kind, cause } = redisFaultOf(err)
    if (kind === 'lost' || this.#phase === 'stopped') return kind
    const what =
      kind === 'away'
        ? 'Redis does not answer; background jobs wait until it does'
        : 'Redis refuses what background jobs need; they wait until it does not'
    this.#faults.report('warn', `redis: ${cause}`, { cause, err }, what)
    return kind
  }
}

async function answeredWithin(ms: number, answer: Promise<unknown>): Promise<void> {
  let isAnswered = false
  await within(
    ms,
    answer.then(() => (isAnswered = true)),
  )
  if (!isAnswered) throw new Error(`no answer within ${ms} ms`)
}
