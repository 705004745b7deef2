import { setTimeout as pause } from 'node:timers/promises'
import { createRunLedger } from '../../src/server/features/jobs/run-ledger.repository.ts'
import { createBullmqScheduler, type BullmqSchedulerDeps } from '../../src/server/jobs/bullmq-scheduler.ts'
import type { JobScheduler, RunLedger } from '../../src/server/jobs/job.ts'
import { openConnection } from '../../src/server/state/redis/connections.ts'
import type { RedisServer } from '../support/redis-server.ts'
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts'
import { openTestDatabase } from '../support/test-database.ts'
import { targetFrom } from './redis-under-test.ts'
import { HOUR_MS, type SchedulersUnderTest } from './schedulers-under-test.ts'

/** As in production, but soon. */
export const TIMES = { leaseMs: 2_100, stalledMs: 700, reconcileMs: 1_500 }
const RECOVERY_MS = 6_000
export const PREFIX = '{bangui}'

export interface Logged {
  readonly level: 'info' | 'warn' | 'error'
  readonly about: Record<string, unknown>
  readonly text: string
}

export interface BullmqUnderTest extends SchedulersUnderTest {
  readonly ledger: RunLedger
  readonly logged: readonly Logged[]
  /** One more, not started, with whatever differs. */
  add(different?: Partial<BullmqSchedulerDeps>): Promise<JobScheduler>
}

/** A ledger that a process reaches only while it moves. */
function freezable(ledger: RunLedger): { ledger: RunLedger; freeze: () => () => void } {
  let thawed = Promise.resolve()
  return {
    ledger: {
      ...ledger,
      claim: async (...claim) => thawed.then(() => ledger.claim(...claim)),
      renew: async (...claim) => thawed.then(() => ledger.renew(...claim)),
      finish: async (...claim) => thawed.then(() => ledger.finish(...claim)),
    },
    freeze() {
      const { promise, resolve } = Promise.withResolvers<void>()
      thawed = promise
      return resolve
    },
  }
}

/** The connections that the console makes, through `port`. */
export function connectTo(port: number): BullmqSchedulerDeps['connect'] {
  const target = targetFrom({ url: `redis://127.0.0.1:${port}/0` })
  return (use) => openConnection(target, use)
}

/** So that no slot begins while a test is running. */
function farPeriodMs(): number {
  const roomMs = 5 * 60_000
  return HOUR_MS - (Date.now() % HOUR_MS) > roomMs ? HOUR_MS : HOUR_MS + 2 * roomMs
}

/**
 * Schedulers in this process, each with its own line to Redis. Who is frozen reaches neither Redis nor the ledger, as a process
 * that stands still would not; real processes are killed and stopped in the suite of BullMQ alone.
 */
export async function openBullmq(redis: RedisServer, count: number): Promise<BullmqUnderTest> {
  await redis.cli('flushall')
  const database = await openTestDatabase()
  const ledger = createRunLedger({ db: database.db, now: Date.now })
  const logged: Logged[] = []
  const log = Object.fromEntries(
    (['info', 'warn', 'error'] as const).map((level) => [
      level,
      (about: Record<string, unknown>, text: string) => logged.push({ level, about, text }),
    ]),
  ) as never
  const parts = new Map<JobScheduler, { readonly line: TcpProxy; readonly freeze: () => () => void }>()

  const add = async (different: Partial<BullmqSchedulerDeps> = {}): Promise<JobScheduler> => {
    const line = await startTcpProxy(redis.port)
    const own = freezable(ledger)
    const scheduler = createBullmqScheduler({
      ledger: own.ledger,
      now: Date.now,
      log,
      connect: connectTo(line.port),
      prefix: PREFIX,
      appVersion: '1.0.0',
      ...TIMES,
      ...different,
    })
    parts.set(scheduler, { line, freeze: own.freeze })
    return scheduler
  }
  const thawing = new Set<() => void>()
  const schedulers: JobScheduler[] = []
  for (let i = 0; i < count; i += 1) schedulers.push(await add())
  return {
    schedulers,
    ledger,
    logged,
    recoveryMs: RECOVERY_MS,
    longMs: farPeriodMs(),
    slowMs: 4_000,
    add,
    join: () => add(),
    async elapse(ms, until = () => false) {
      const end = performance.now() + ms
      while (performance.now() < end && !(await until())) await pause(20)
    },
    freeze(scheduler) {
      const part = parts.get(scheduler)
      if (!part) throw new Error('not a scheduler of this suite')
      const thawLedger = part.freeze()
      part.line.hold()
      const thaw = (): void => {
        part.line.heal()
        thawLedger()
      }
      thawing.add(thaw)
      return thaw
    },
    flush: async () => void (await redis.cli('flushall')),
    async close() {
      for (const thaw of thawing) thaw()
      await Promise.all([...parts.keys()].map((scheduler) => scheduler.stop(100)))
      await Promise.all([...parts.values()].map(({ line }) => line.stop()))
      await database.close()
    },
  }
}
