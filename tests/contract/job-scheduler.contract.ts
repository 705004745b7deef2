import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { Job } from '../../src/server/jobs/job.ts'
import { waitFor } from '../support/wait-for.ts'
import { describeFailures, describeStopping } from './job-scheduler-failures.contract.ts'
import { describeScheduled } from './job-scheduler-scheduled.contract.ts'
import {
  record,
  schedulerOf,
  startAll,
  type JobSchedulerSuite,
  type Opened,
  type SchedulersUnderTest,
} from './schedulers-under-test.ts'

/** What every job scheduler promises; four of them on one ledger stand for four processes. */
export function describeJobScheduler(name: string, suite: JobSchedulerSuite): void {
  describe(`job scheduler: ${name}`, () => {
    let under: SchedulersUnderTest
    beforeEach(async () => {
      under = await suite.open(4)
    })
    afterEach(() => under.close())
    const opened = (): SchedulersUnderTest => under

    describe('scheduled jobs', () => describeScheduled(opened, suite.suffers))
    describe('triggered jobs', () => describeTriggered(opened))
    describe('runs that fail', () => describeFailures(opened))
    describe('stopping', () => describeStopping(opened))
    describe('declaring and showing', () => describeDeclaring(opened))
  })
}

function describeTriggered(opened: Opened): void {
  it('run once for each trigger, with what it brought along', async () => {
    const under = opened()
    const notify = record()
    await startAll(under, notify)
    for (const [i, scheduler] of under.schedulers.entries()) {
      const payload = { banId: i }
      await scheduler.trigger('things.do', { payload })
      payload.banId = -1
    }
    await under.elapse(10_000, () => notify.runs.length === 4)
    await waitFor(() => notify.runs.length === 4, { what: 'four runs' })
    await under.elapse(1_000)
    const ids = notify.runs.map(({ payload }) => (payload as { banId: number }).banId)
    expect(ids.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3])
    expect(new Set(notify.runs.map(({ slot }) => slot)).size).toBe(4)
  })

  it('run one at a time, over all processes', async () => {
    const under = opened()
    let end: () => void = () => undefined
    const careful = record({ run: () => new Promise((resolve) => (end = resolve)) })
    await startAll(under, careful)
    for (let i = 0; i < 8; i += 1) await schedulerOf(under, i % 4).trigger('things.do')
    for (let ended = 0; ended < 8; ended += 1) {
      await under.elapse(1_500, () => careful.runs.length > ended)
      await waitFor(() => careful.inside() === 1, { what: `run ${ended + 1} of eight` })
      await under.elapse(300)
      expect(careful.runs).toHaveLength(ended + 1)
      end()
    }
    await under.elapse(1_500)
    expect(await schedulerOf(under, 0).status()).toMatchObject([{ runs: 8 }])
  })

  it('run once for all triggers of one key that come while the run is waiting', async () => {
    const under = opened()
    const gate = Promise.withResolvers<void>()
    const reload = record({ run: () => gate.promise })
    const scheduler = schedulerOf(under, 0)
    scheduler.define(reload.job)
    await scheduler.start()
    const trigger = (key: string): Promise<void> =>
      scheduler.trigger('things.do', { dedupeKey: key, payload: key })
    await trigger('sshd')
    await under.elapse(500, () => reload.inside())
    await waitFor(() => reload.inside() === 1, { what: 'the first run' })
    for (let i = 0; i < 5; i += 1) await trigger('sshd')
    await trigger('nginx')
    await trigger('nginx')
    gate.resolve()
    await under.elapse(5_000, () => reload.runs.length === 3)
    await waitFor(() => reload.runs.length === 3, { what: 'three runs' })
    await under.elapse(1_000)
    expect(reload.runs.map(({ payload }) => payload)).toEqual(['sshd', 'sshd', 'nginx'])
    await trigger('sshd')
    await under.elapse(1_000, () => reload.runs.length === 4)
    await waitFor(() => reload.runs.length === 4, { what: 'one more run' })
  })

  it('may have a schedule as well', async () => {
    const under = opened()
    const both = record({ schedule: { everyMs: under.longMs } })
    const scheduler = schedulerOf(under, 0)
    scheduler.define(both.job)
    await scheduler.start()
    await under.elapse(1_000, () => both.runs.length === 1)
    await waitFor(() => both.runs.length === 1, { what: 'the scheduled run' })
    await scheduler.trigger('things.do')
    await under.elapse(1_000, () => both.runs.length === 2)
    await waitFor(() => both.runs.length === 2, { what: 'the triggered run' })
  })
}

function describeDeclaring(opened: Opened): void {
  it('refuses two jobs of one name, and one that comes after the start', async () => {
    const scheduler = schedulerOf(opened(), 0)
    scheduler.define(record().job)
    expect(() => scheduler.define(record().job)).toThrow('things.do')
    await scheduler.start()
    expect(() => scheduler.define(record({ name: 'late.do' }).job)).toThrow('late.do')
    await expect(scheduler.trigger('unknown.do')).rejects.toThrow('unknown.do')
  })

  it.each([
    ['no attempt', { attempts: 0 }],
    ['no time-out', { timeoutMs: 0 }],
    ['no period', { schedule: { everyMs: 0 } }],
    ['a cron expression that is none', { schedule: { cron: '61 * * * *', timeZone: 'UTC' } }],
    ['a cron expression that is empty', { schedule: { cron: ' ', timeZone: 'UTC' } }],
    ['a time zone that is none', { schedule: { cron: '* * * * *', timeZone: 'Atlantis/Poseidonis' } }],
  ])('refuses a job with %s where it is declared', (_, wrong: Partial<Job>) => {
    expect(() => schedulerOf(opened(), 0).define({ ...record().job, ...wrong })).toThrow()
  })

  it('tells the same of every job wherever it is asked', async () => {
    const under = opened()
    const good = record({ name: 'good.do', schedule: { everyMs: under.longMs } })
    const waiting = record({ name: 'waiting.do' })
    await startAll(under, good, waiting)
    await under.elapse(2_000)
    await waitFor(() => good.runs.length === 1, { what: 'the run' })
    const told = await Promise.all(under.schedulers.map((scheduler) => scheduler.status()))
    for (const status of told) expect(status).toEqual(told[0])
    const slot = good.runs[0]?.slot ?? 0
    expect(told[0]).toEqual([
      {
        name: 'good.do',
        lastRunAt: expect.any(Number),
        lastResult: 'done',
        lastDurationMs: expect.any(Number),
        nextRunAt: slot + under.longMs,
        runs: 1,
      },
      { name: 'waiting.do', runs: 0 },
    ])
  })

  it('shows a run while it lasts', async () => {
    const under = opened()
    const gate = Promise.withResolvers<void>()
    const job = record({ schedule: { everyMs: under.longMs }, run: () => gate.promise })
    await startAll(under, job)
    await under.elapse(500, () => job.inside())
    await waitFor(() => job.inside() === 1, { what: 'the run' })
    const [status] = await schedulerOf(under, 3).status()
    expect(status).toMatchObject({ lastResult: 'running', runs: 0 })
    gate.resolve()
    await under.elapse(2_000)
  })
}
