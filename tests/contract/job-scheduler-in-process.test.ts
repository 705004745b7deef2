import { afterEach, describe, expect, it } from '@jest/globals'
import { createRunLedger } from '../../src/server/features/jobs/run-ledger.repository.ts'
import { createInProcessScheduler } from '../../src/server/jobs/in-process-scheduler.ts'
import type { JobScheduler, RunLedger } from '../../src/server/jobs/job.ts'
import { simulateTime } from '../support/simulated-time.ts'
import { openTestDatabase } from '../support/test-database.ts'
import { describeJobScheduler } from './job-scheduler.contract.ts'
import { HOUR_MS, record, schedulerOf, type SchedulersUnderTest } from './schedulers-under-test.ts'

interface Logged {
  readonly level: 'warn' | 'error'
  readonly about: Record<string, unknown>
  readonly text: string
}

interface InProcessUnderTest extends SchedulersUnderTest {
  readonly logged: readonly Logged[]
  readonly stall: (ms: number) => void
  readonly timerCount: () => number
  readonly ledger: RunLedger & { breaks: boolean }
}

/** A ledger that a frozen process reaches only when it thaws. */
function freezable(ledger: RunLedger): { ledger: RunLedger; freeze: () => () => void } {
  let thawed = Promise.resolve()
  return {
    ledger: {
      claim: async (...claim) => thawed.then(() => ledger.claim(...claim)),
      renew: async (...claim) => thawed.then(() => ledger.renew(...claim)),
      finish: async (...claim) => thawed.then(() => ledger.finish(...claim)),
      lastSlot: (job) => ledger.lastSlot(job),
      status: (job) => ledger.status(job),
      prune: (olderThan) => ledger.prune(olderThan),
    },
    freeze() {
      const { promise, resolve } = Promise.withResolvers<void>()
      thawed = promise
      return resolve
    },
  }
}

function breakable(ledger: RunLedger): RunLedger & { breaks: boolean } {
  const check = (): void => {
    if (broken.breaks) throw new Error('the database is locked')
  }
  const broken: RunLedger & { breaks: boolean } = {
    breaks: false,
    claim: async (...claim) => (check(), ledger.claim(...claim)),
    renew: async (...claim) => (check(), ledger.renew(...claim)),
    finish: async (...claim) => (check(), ledger.finish(...claim)),
    lastSlot: (job) => ledger.lastSlot(job),
    status: (job) => ledger.status(job),
    prune: (olderThan) => ledger.prune(olderThan),
  }
  return broken
}

async function open(count: number): Promise<InProcessUnderTest> {
  const time = simulateTime()
  const database = await openTestDatabase()
  const ledger = breakable(createRunLedger({ db: database.db, now: Date.now }))
  const logged: Logged[] = []
  const log = {
    warn: (about: Record<string, unknown>, text: string) => logged.push({ level: 'warn', about, text }),
    error: (about: Record<string, unknown>, text: string) => logged.push({ level: 'error', about, text }),
    info: () => undefined,
  } as never
  const freezing = new Map<JobScheduler, () => () => void>()
  const add = (): JobScheduler => {
    const own = freezable(ledger)
    const scheduler = createInProcessScheduler({ ledger: own.ledger, now: Date.now, log })
    freezing.set(scheduler, own.freeze)
    return scheduler
  }
  return {
    schedulers: Array.from({ length: count }, add),
    recoveryMs: 40_000,
    longMs: HOUR_MS,
    slowMs: 30_000,
    elapse: time.elapse,
    join: async () => add(),
    freeze(scheduler) {
      const freeze = freezing.get(scheduler)
      if (!freeze) throw new Error('not a scheduler of this suite')
      return freeze()
    },
    async close() {
      const stopping = [...freezing.keys()].map((scheduler) => scheduler.stop(100))
      await time.elapse(5_000)
      await Promise.all(stopping)
      await database.close()
      time.end()
    },
    logged,
    stall: time.stall,
    timerCount: time.timerCount,
    ledger,
  }
}

describeJobScheduler('in process', { open, suffers: { flush: false } })

describe('job scheduler: in process, alone', () => {
  let under: InProcessUnderTest | undefined
  afterEach(() => under?.close())

  it('wakes when a slot is due, and sleeps in between', async () => {
    under = await open(1)
    const job = record({ schedule: { everyMs: 10_000 } })
    const scheduler = schedulerOf(under, 0)
    scheduler.define(job.job)
    await scheduler.start()
    await under.elapse(9_999)
    expect(job.runs).toHaveLength(1)
    await under.elapse(1)
    expect(job.runs).toHaveLength(2)
    expect(job.runs[1]?.at).toBe(job.runs[1]?.slot)
    expect(under.timerCount()).toBe(1)
    await scheduler.stop(1_000)
    expect(under.timerCount()).toBe(0)
  })

  it('runs once, for the latest slot, after it could not run for a while', async () => {
    under = await open(1)
    const job = record({ schedule: { everyMs: 1_000 } })
    const scheduler = schedulerOf(under, 0)
    scheduler.define(job.job)
    await scheduler.start()
    await under.elapse(500)
    under.stall(60_000)
    await under.elapse(600)
    expect(job.runs.map(({ slot }) => slot - (job.runs[0]?.slot ?? 0))).toEqual([0, 61_000])
  })

  it('goes on when the clock is set back, without doing any slot again', async () => {
    under = await open(1)
    const job = record({ schedule: { everyMs: 1_000 } })
    const scheduler = schedulerOf(under, 0)
    scheduler.define(job.job)
    await scheduler.start()
    await under.elapse(3_000)
    under.stall(-3_600_000)
    await under.elapse(3_600_000)
    const slots = job.runs.map(({ slot }) => slot)
    expect(new Set(slots).size).toBe(slots.length)
    expect(slots.length).toBeGreaterThan(3_500)
  })

  it('tries again when the ledger does not answer, and runs nothing meanwhile', async () => {
    under = await open(1)
    const job = record({ schedule: { everyMs: 3_600_000 } })
    const scheduler = schedulerOf(under, 0)
    scheduler.define(job.job)
    under.ledger.breaks = true
    await scheduler.start()
    await scheduler.trigger('things.do', { payload: 'kept' })
    await under.elapse(30_000)
    expect(job.runs).toEqual([])
    under.ledger.breaks = false
    await under.elapse(10_000)
    expect(new Set(job.runs.map(({ payload }) => payload))).toEqual(new Set([null, 'kept']))
    expect(job.runs).toHaveLength(2)
  })

  it('logs a failing job at most every ten seconds, and how much it left out', async () => {
    under = await open(1)
    const fault = new Error('the disk is full')
    const job = record({
      schedule: { everyMs: 1_000 },
      run: async () => {
        throw fault
      },
    })
    const scheduler = schedulerOf(under, 0)
    scheduler.define(job.job)
    await scheduler.start()
    await under.elapse(25_500)
    expect(under.logged).toHaveLength(3)
    expect(under.logged[0]).toMatchObject({
      level: 'error',
      about: { job: 'things.do', attempt: 1, err: fault },
    })
    expect(under.logged[1]?.about).toMatchObject({ leftOut: 9 })
  })

  it('says how many triggered runs are lost when it stops', async () => {
    under = await open(1)
    const gate = Promise.withResolvers<void>()
    const job = record({ run: () => gate.promise })
    const scheduler = schedulerOf(under, 0)
    scheduler.define(job.job)
    await scheduler.start()
    for (let i = 0; i < 4; i += 1) await scheduler.trigger('things.do')
    await under.elapse(100)
    const stopping = scheduler.stop(60_000)
    gate.resolve()
    await stopping
    expect(under.logged).toMatchObject([{ level: 'warn', about: { count: 3 } }])
  })

  it('keeps triggers that come before the start', async () => {
    under = await open(1)
    const job = record()
    const scheduler = schedulerOf(under, 0)
    scheduler.define(job.job)
    await scheduler.trigger('things.do', { payload: 'early' })
    await scheduler.start()
    await under.elapse(100)
    expect(job.runs).toMatchObject([{ payload: 'early' }])
  })
})
