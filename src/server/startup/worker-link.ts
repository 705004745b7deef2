import { messageOf } from '../lib/errors.ts'
import type { Logger } from '../lib/logger.ts'
import { ToWorker, type FromWorker } from './worker-messages.ts'

const ALIVE_EVERY_MS = 1_000
/** Longer than the primary gives each worker to answer. */
const COLLECT_MS = 3_000

/** What one of several worker processes of this instance can ask of the others, through their primary. */
export interface WorkerLink {
  /** From 1; whoever replaces this worker has the same. */
  readonly worker: number
  /** The metrics of every worker of this instance that answers within a second, this one's too; JSON values. */
  collectMetrics(): Promise<unknown[]>
  /** Names the function that tells this worker's own metrics, a JSON value. The last one named counts. */
  serveMetrics(collect: () => Promise<unknown>): void
}

export interface PrimaryConnection extends WorkerLink {
  /** Tells the primary that this worker serves. */
  ready(): void
}

export interface PrimaryConnectionOptions {
  readonly worker: number
  readonly log: Pick<Logger, 'warn' | 'fatal'>
  readonly aliveEveryMs?: number
}

/**
 * Connects this process to the primary that forked it: tells it that the event loop turns, and ends this process at once when
 * the primary is gone, as nobody would hand it connections or replace it any more.
 */
export function connectToPrimary(options: PrimaryConnectionOptions): PrimaryConnection {
  const { worker, log } = options
  const waiting = new Map<number, (reports: unknown[]) => void>()
  let lastId = 0
  let ownMetrics = (): Promise<unknown> => Promise.resolve(undefined)

  // A message that cannot be delivered needs no handling here: the channel is closing, which is noticed below.
  const send = (message: FromWorker): void =>
    void process.send?.(message, undefined, undefined, () => undefined)

  async function report(id: number): Promise<void> {
    let own: unknown
    try {
      own = await ownMetrics()
    } catch (error) {
      log.warn(`The metrics of this worker are missing from an answer: ${messageOf(error)}`)
    }
    send({ type: 'reported', id, report: own })
  }

  process.on('message', (message) => {
    const { data } = ToWorker.safeParse(message)
    if (data?.type === 'report') void report(data.id)
    if (data?.type === 'collected') waiting.get(data.id)?.(data.reports)
  })
  // First of all listeners: node:cluster's own ends the process without a word.
  process.prependOnceListener('disconnect', () => {
    try {
      log.fatal('The primary process is gone, so this worker ends.')
    } finally {
      process.exit(1)
    }
  })
  send({ type: 'alive' })
  setInterval(() => send({ type: 'alive' }), options.aliveEveryMs ?? ALIVE_EVERY_MS).unref()

  return {
    worker,
    ready: () => send({ type: 'ready' }),
    serveMetrics: (collect) => (ownMetrics = collect),
    async collectMetrics() {
      const id = (lastId += 1)
      const { promise, resolve, reject } = Promise.withResolvers<unknown[]>()
      const overdue = setTimeout(
        () => reject(new Error(`The primary did not answer within ${COLLECT_MS} ms.`)),
        COLLECT_MS,
      )
      waiting.set(id, resolve)
      send({ type: 'collect', id })
      try {
        return await promise
      } finally {
        clearTimeout(overdue)
        waiting.delete(id)
      }
    },
  }
}
