import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { startRedis, type RedisServer } from '../support/redis-server.ts'
import { waitFor } from '../support/wait-for.ts'
import { openBullmq, type BullmqUnderTest } from './job-scheduler-bullmq-under-test.ts'
import { HOUR_MS, record, schedulerOf, type Recorder } from './schedulers-under-test.ts'

let redis: RedisServer
let under: BullmqUnderTest
beforeAll(async () => {
  redis = await startRedis()
})
afterAll(() => redis.stop())
beforeEach(async () => {
  under = await openBullmq(redis, 2)
})
afterEach(() => under.close())

const secondly = (): Recorder => record({ schedule: { everyMs: 1_000 } })

async function startFirst(...recorders: Recorder[]) {
  const scheduler = schedulerOf(under, 0)
  for (const { job } of recorders) scheduler.define(job)
  await scheduler.start()
  return scheduler
}

/** Commands that the server has carried out so far, those of scripts included. */
async function commandCount(): Promise<number> {
  return Number(/total_commands_processed:(\d+)/.exec(await redis.cli('info', 'stats'))?.[1])
}

async function timed(work: Promise<unknown>): Promise<number> {
  const since = performance.now()
  await work
  return performance.now() - since
}

describe('job scheduler: BullMQ, while Redis is away', () => {
  afterEach(() => redis.restart())

  it.each([
    ['dead', () => redis.kill()],
    ['hung', async () => redis.freeze()],
  ])('stops at once when nothing runs: %s', async (_, breakIt) => {
    const job = secondly()
    const scheduler = await startFirst(job)
    await waitFor(() => job.runs.length > 0, { what: 'a run' })
    await breakIt()
    await under.elapse(1_500)
    expect(await timed(scheduler.stop(20_000))).toBeLessThan(2_000)
  })

  it('stops by its deadline when a run goes on, and leaves no connection', async () => {
    const { promise: never } = Promise.withResolvers<void>()
    const stuck = record({ schedule: { everyMs: under.longMs }, timeoutMs: HOUR_MS, run: () => never })
    const scheduler = await startFirst(stuck)
    await waitFor(() => stuck.inside() === 1, { what: 'the stuck run' })
    await redis.kill()
    expect(await timed(scheduler.stop(1_000))).toBeLessThan(2_500)
    expect(stuck.runs[0]?.signal.aborted).toBe(true)
    await redis.restart()
    // Longer than BullMQ waits before it would connect again.
    await under.elapse(4_000)
    const clients = (await redis.cli('client', 'list')).trim().split('\n')
    expect(clients).toHaveLength(1)
  })

  it('refuses triggers at once, and goes on by itself when Redis is back', async () => {
    const job = secondly()
    const asked = record({ name: 'asked.do' })
    const scheduler = await startFirst(job, asked)
    await waitFor(() => job.runs.length > 0, { what: 'a run' })
    await redis.kill()
    await waitFor(() => under.logged.some(({ about }) => about.cause === 'away'), { what: 'a word about it' })
    const refused = expect(scheduler.trigger('asked.do')).rejects.toMatchObject({ code: 'state-unavailable' })
    // Not only when it has waited for an answer in vain, which takes two seconds.
    expect(await timed(refused)).toBeLessThan(1_000)
    await under.elapse(3_000)
    const before = job.runs.length
    await redis.restart()
    await waitFor(() => job.runs.length > before + 1, { what: 'runs after the outage' })
    await scheduler.trigger('asked.do', { payload: 'after' })
    await waitFor(() => asked.runs.length > 0, { what: 'the triggered run' })
    expect(asked.runs.map(({ payload }) => payload)).toEqual(['after'])
    expect(new Set(job.runs.map(({ slot }) => slot)).size).toBe(job.runs.length)
  })

  it('says so once in ten seconds', async () => {
    await startFirst(secondly())
    await redis.kill()
    await under.elapse(6_000)
    const said = under.logged.filter(({ level }) => level !== 'info')
    expect(said.length).toBeGreaterThan(0)
    expect(said.length).toBeLessThanOrEqual(2)
    expect(said[0]).toMatchObject({ level: 'warn', about: { cause: 'away' } })
  })

  it('starts, and runs what is due once Redis is there', async () => {
    await redis.kill()
    const job = secondly()
    const scheduler = await under.add()
    scheduler.define(job.job)
    await scheduler.start()
    expect(job.runs).toEqual([])
    await redis.restart()
    await waitFor(() => job.runs.length > 1, { what: 'runs' })
  })
})

describe('job scheduler: BullMQ, while Redis is full', () => {
  afterEach(() => redis.cli('config', 'set', 'maxmemory', '0'))

  it('neither asks nor logs without a pause, and goes on by itself when there is room', async () => {
    const job = secondly()
    const asked = record({ name: 'asked.do' })
    const scheduler = await startFirst(job, asked)
    await waitFor(() => job.runs.length > 1, { what: 'runs' })
    await redis.cli('config', 'set', 'maxmemory', '1')
    await waitFor(() => under.logged.some(({ about }) => about.cause === 'OOM'), { what: 'a word about it' })
    await expect(scheduler.trigger('asked.do')).rejects.toMatchObject({ code: 'state-unavailable' })
    const before = { commands: await commandCount(), runs: job.runs.length }
    await under.elapse(8_000)
    expect((await commandCount()) - before.commands).toBeLessThan(300)
    expect(job.runs.length - before.runs).toBeLessThanOrEqual(1)
    expect(under.logged.filter(({ level }) => level !== 'info').length).toBeLessThanOrEqual(3)
    await redis.cli('config', 'set', 'maxmemory', '0')
    const full = job.runs.length
    await waitFor(() => job.runs.length > full + 2, { what: 'runs when there is room', timeoutMs: 15_000 })
    const slots = job.runs.map(({ slot }) => slot)
    expect(new Set(slots).size).toBe(slots.length)
  })
})

describe('job scheduler: BullMQ, alone', () => {
  it('runs nothing while it must not, and goes on when it may', async () => {
    let may = true
    const scheduler = await under.add({ canRun: () => may })
    const job = secondly()
    scheduler.define(job.job)
    await scheduler.start()
    await waitFor(() => job.runs.length > 1, { what: 'runs' })
    may = false
    await under.elapse(1_200)
    const before = job.runs.length
    await scheduler.trigger('things.do', { payload: 'kept' })
    await under.elapse(2_500)
    expect(job.runs).toHaveLength(before)
    may = true
    await waitFor(() => job.runs.some(({ payload }) => payload === 'kept'), { what: 'the triggered run' })
    await waitFor(() => job.runs.length > before + 2, { what: 'the scheduled runs' })
  })

  it('can leave the runs to others', async () => {
    const web = await under.add({ runsJobs: false })
    const [here, there] = [record({ schedule: { everyMs: 500 } }), record({ schedule: { everyMs: 500 } })]
    web.define(here.job)
    await web.start()
    await web.trigger('things.do', { payload: 'from afar' })
    await under.elapse(1_500)
    expect(here.runs).toEqual([])
    const scheduler = schedulerOf(under, 0)
    scheduler.define(there.job)
    await scheduler.start()
    await waitFor(() => there.runs.some(({ payload }) => payload === 'from afar'), { what: 'the run' })
    await waitFor(() => there.runs.some(({ payload }) => payload === null), { what: 'a scheduled run' })
    const [status] = await web.status()
    expect(status?.runs).toBeGreaterThan(0)
    expect(status?.nextRunAt).toBeGreaterThan(Date.now() - 500)
    expect(here.runs).toEqual([])
  })

  it('hands a triggered run whose process stops to another', async () => {
    const { promise: never } = Promise.withResolvers<void>()
    const [busy, heir] = [record({ timeoutMs: HOUR_MS, run: () => never }), record()]
    const first = await startFirst(busy)
    for (const payload of ['running', 'waiting']) await first.trigger('things.do', { payload })
    await waitFor(() => busy.inside() === 1, { what: 'the first run' })
    await first.stop(200)
    const second = schedulerOf(under, 1)
    second.define(heir.job)
    await second.start()
    await waitFor(() => heir.runs.length === 2, { what: 'both runs elsewhere' })
    const seen = heir.runs.map(({ payload, attempt }) => `${JSON.stringify(payload)} ${attempt}`)
    expect(seen.toSorted()).toEqual(['"running" 2', '"waiting" 1'])
  })

  it('comes back to what is due when the ledger does not answer', async () => {
    let breaks = true
    const { ledger } = under
    const claim: typeof ledger.claim = async (...wish) => {
      if (breaks) throw new Error('the database is locked')
      return ledger.claim(...wish)
    }
    const scheduler = await under.add({ ledger: { ...ledger, claim } })
    const job = record({ schedule: { everyMs: under.longMs } })
    scheduler.define(job.job)
    await scheduler.start()
    await scheduler.trigger('things.do', { payload: 'kept' })
    await waitFor(() => under.logged.some(({ level }) => level === 'warn'), { what: 'a word about it' })
    breaks = false
    await waitFor(() => job.runs.length === 2, { what: 'both runs' })
    expect(new Set(job.runs.map(({ payload }) => payload))).toEqual(new Set([null, 'kept']))
  })

  it('keeps little of what is done', async () => {
    const job = record()
    const scheduler = await startFirst(job)
    await Promise.all(Array.from({ length: 150 }, () => scheduler.trigger('things.do')))
    await waitFor(() => job.runs.length === 150, { what: 'all runs', timeoutMs: 15_000 })
    await scheduler.stop(1_000)
    expect(Number(await redis.cli('zcard', '{bangui}:jobs:completed'))).toBeLessThanOrEqual(101)
    expect(Number(await redis.cli('xlen', '{bangui}:jobs:events'))).toBeLessThan(1_200)
    expect(Number(await redis.cli('exists', '{bangui}:jobs-waiting:things.do'))).toBe(0)
  })
})
