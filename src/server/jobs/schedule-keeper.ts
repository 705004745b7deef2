import { createHash } from 'node:crypto'
import type { Queue } from 'bullmq'
import type { JobLog } from './fault-log.ts'
import type { Job } from './job.ts'
import type { RedisClient } from './redis-connections.ts'
import { slotsOf } from './slots.ts'
import { fromStored, toStored, type StoredSchedule } from './stored-schedule.ts'

/** A version is taken to be gone when none of its processes has reconciled for so many periods. */
const GONE_AFTER_PERIODS = 3
/** Bounds the queue's event stream, which nobody reads. */
export const LONGEST_EVENT_STREAM = 1_000

export interface ScheduleKeeperDeps {
  readonly queue: Queue
  readonly client: RedisClient
  /** Key of a hash: the versions that are running, each with the time of its last reconciliation. */
  readonly versionsKey: string
  readonly appVersion: string
  readonly jobs: readonly Job[]
  readonly now: () => number
  readonly reconcileMs: number
  readonly log: JobLog
}

type Scheduler = Awaited<ReturnType<Queue['getJobSchedulers']>>[number]

/**
 * Makes the schedules in Redis those that the newest running version declares. Whoever runs an older one leaves them alone,
 * and may set them again when the newer version has been gone for a while: a version that was rolled back must not keep them
 * as they were. Only what is missing, different or stuck is written, because whatever is written is delivered at once.
 */
export class ScheduleKeeper {
  readonly #deps: ScheduleKeeperDeps
  readonly #declared: ReadonlyMap<string, StoredSchedule>
  /** Also tells apart two builds, or settings, that declare different schedules under one version. */
  readonly #version: string
  #isSuperseded = false

  constructor(deps: ScheduleKeeperDeps) {
    this.#deps = deps
    this.#declared = new Map(
      deps.jobs.flatMap(({ name, schedule }) => {
        const stored = toStored(schedule)
        return stored ? [[name, stored] as const] : []
      }),
    )
    this.#version = `${deps.appVersion} ${digestOf(this.#declared)}`
  }

  /** As of the last reconciliation: a newer version is running, so a job that we do not know may be one of its own. */
  get isSuperseded(): boolean {
    return this.#isSuperseded
  }

  /** Rejects when Redis does not answer, or refuses. */
  async reconcile(): Promise<void> {
    const { queue, client } = this.#deps
    this.#isSuperseded = await this.#announce()
    if (this.#isSuperseded) return
    await client.hset(queue.toKey('meta'), 'opts.maxLenEvents', LONGEST_EVENT_STREAM)
    const stored = new Map((await queue.getJobSchedulers()).map((scheduler) => [scheduler.key, scheduler]))
    const removed = [...stored.keys()].filter((name) => !this.#declared.has(name))
    for (const name of removed) await queue.removeJobScheduler(name)
    const set: string[] = []
    for (const [name, wanted] of this.#declared) {
      if (await this.#isInOrder(wanted, stored.get(name))) continue
      await queue.upsertJobScheduler(name, { ...wanted, immediately: true }, { data: wanted })
      set.push(name)
    }
    if (set.length > 0 || removed.length > 0) {
      this.#deps.log.info(
        { set, removed, version: this.#deps.appVersion },
        'job schedules were brought up to date',
      )
    }
  }

  /** True when a newer version is running. */
  async #announce(): Promise<boolean> {
    const { client, versionsKey, now, reconcileMs } = this.#deps
    const at = now()
    await client.hset(versionsKey, this.#version, at)
    const seen = Object.entries(await client.hgetall(versionsKey))
    const isGone = (seenAt: string): boolean =>
      !(Math.abs(at - Number(seenAt)) < GONE_AFTER_PERIODS * reconcileMs)
    const gone = seen.filter(([, seenAt]) => isGone(seenAt)).map(([version]) => version)
    if (gone.length > 0) await client.hdel(versionsKey, ...gone)
    return seen.some(([version, seenAt]) => !isGone(seenAt) && isNewer(version, this.#version))
  }

  async #isInOrder(wanted: StoredSchedule, stored: Scheduler | undefined): Promise<boolean> {
    if (stored?.pattern !== wanted.pattern || stored.tz !== wanted.tz) return false
    const { queue, now, reconcileMs } = this.#deps
    const at = now()
    const due = slotsOf(fromStored(wanted)).next(at)
    const next = stored.next ?? 0
    const toleranceMs = reconcileMs / 2
    // A process whose clock was ahead may have pushed it away.
    if (due === undefined || next > at - toleranceMs) return due === undefined || next <= due + toleranceMs
    // Long past: either it waits for its turn, or whoever should have followed it never came.
    const state = await queue.getJobState(`repeat:${stored.key}:${next}`)
    return state === 'waiting' || state === 'active' || state === 'delayed'
  }
}

function digestOf(declared: ReadonlyMap<string, StoredSchedule>): string {
  const rows = [...declared].map(([name, { pattern, tz }]) => JSON.stringify([name, pattern, tz])).sort()
  return createHash('sha256').update(rows.join()).digest('hex').slice(0, 8)
}

/** Versions are compared by the numbers in them; of equal ones, one digest must win, and it does not matter which. */
function isNewer(version: string, than: string): boolean {
  return version.localeCompare(than, 'en', { numeric: true }) > 0
}
