import { Worker, type Job as Delivered } from 'bullmq'
import type { RedisClient } from './redis-connections.ts'
import { nextDelivery } from './stored-schedule.ts'

const CONCURRENCY = 2
const LOOK_MS = 1_000
/** BullMQ's pause after a lost connection; its default of 15 s would add to every outage. */
const RETRY_MS = 1_000

/** A process that stands still goes on taking the signals that something is there; the others look by themselves. */
const LONGEST_WAIT_S = 2

class PromptWorker extends Worker {
  override get maximumBlockTimeout(): number {
    return LONGEST_WAIT_S
  }
}

export interface JobWorkerDeps {
  readonly queueName: string
  readonly prefix: string
  readonly connection: RedisClient
  readonly lockMs: number
  readonly stalledMs: number
  /** Asked every second. */
  readonly canRun: () => boolean
  readonly onError: (error: Error) => void
  readonly handle: (delivered: Delivered, token: string) => Promise<void>
}

/** BullMQ's worker, which takes deliveries while it may and is not held back. */
export class JobWorker {
  readonly #canRun: () => boolean
  readonly #worker: Worker
  readonly #lockMs: number
  readonly #handling = new Set<Promise<void>>()
  readonly #timer: NodeJS.Timeout
  #isHeld = false
  #backAt = 0
  #closed: Promise<void> | undefined

  constructor(deps: JobWorkerDeps) {
    this.#canRun = deps.canRun
    this.#lockMs = deps.lockMs
    this.#worker = new PromptWorker(
      deps.queueName,
      (delivered, token = '') => this.#handle(deps.handle(delivered, token)),
      {
        connection: deps.connection,
        prefix: deps.prefix,
        autorun: false,
        drainDelay: LONGEST_WAIT_S,
        concurrency: CONCURRENCY,
        lockDuration: deps.lockMs,
        // The claim in the ledger and the lock in Redis are renewed together.
        skipLockRenewal: true,
        stalledInterval: deps.stalledMs,
        maxStalledCount: 1,
        runRetryDelay: RETRY_MS,
        settings: { repeatStrategy: nextDelivery },
      },
    )
    this.#worker.on('error', deps.onError)
    this.#timer = setInterval(() => this.#regulate(), LOOK_MS).unref()
    this.#regulate()
  }

  get mayRun(): boolean {
    const may = !this.#closed && this.#mayTake()
    if (!may) this.#regulate()
    return may
  }

  /** Takes nothing new for a moment, so that others get what was put back. */
  stepBack(ms: number): void {
    this.#backAt = performance.now() + ms
    this.#regulate()
    setTimeout(() => this.#regulate(), ms).unref()
  }

  /** Takes nothing new until it is released: BullMQ itself asks again without a pause when Redis says no. True at first. */
  hold(): boolean {
    const isNew = !this.#isHeld
    this.#isHeld = true
    this.#regulate()
    return isNew
  }

  release(): void {
    this.#isHeld = false
    this.#regulate()
  }

  renewLock(id: string, token: string): void {
    this.#worker.extendJobLocks([id], [token], this.#lockMs).catch(() => undefined)
  }

  /** Resolves when what is being handled now has ended. */
  async idle(): Promise<void> {
    await Promise.allSettled(this.#handling)
  }

  /** Resolves when everything has ended, which may be never while Redis is away. */
  close(): Promise<void> {
    if (!this.#closed) {
      clearInterval(this.#timer)
      void this.#worker.pause(true)
      this.#closed = this.#worker.close()
    }
    return this.#closed
  }

  #mayTake(): boolean {
    return !this.#isHeld && performance.now() >= this.#backAt && this.#canRun()
  }

  #regulate(): void {
    if (this.#closed) return
    if (!this.#mayTake()) {
      if (!this.#worker.isPaused()) void this.#worker.pause(true)
    } else if (this.#worker.isPaused() || !this.#worker.isRunning()) {
      void this.#worker.resume()
    }
  }

  async #handle(handling: Promise<void>): Promise<void> {
    this.#handling.add(handling)
    try {
      await handling
    } finally {
      this.#handling.delete(handling)
    }
  }
}
