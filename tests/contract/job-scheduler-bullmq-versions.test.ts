import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import type { JobScheduler } from '../../src/server/jobs/job.ts'
import { startRedis, type RedisServer } from '../support/redis-server.ts'
import { waitFor } from '../support/wait-for.ts'
import { openBullmq, TIMES, type BullmqUnderTest } from './job-scheduler-bullmq-under-test.ts'
import { record, type Recorder } from './schedulers-under-test.ts'

let redis: RedisServer
let under: BullmqUnderTest
beforeAll(async () => {
  redis = await startRedis()
})
afterAll(() => redis.stop())
beforeEach(async () => {
  under = await openBullmq(redis, 0)
})
afterEach(() => under.close())

async function startVersion(appVersion: string, ...recorders: Recorder[]): Promise<JobScheduler> {
  const scheduler = await under.add({ appVersion })
  for (const { job } of recorders) scheduler.define(job)
  await scheduler.start()
  return scheduler
}

/** Names of the schedules in Redis. */
async function stored(): Promise<string[]> {
  const names = await redis.cli('zrange', '{bangui}:jobs:repeat', '0', '-1')
  return names
    .split('\n')
    .filter((name) => name !== '')
    .toSorted()
}
const patternOf = async (name: string): Promise<string> =>
  (await redis.cli('hget', `{bangui}:jobs:repeat:${name}`, 'pattern')).trim()
const changes = (): number => under.logged.filter(({ level }) => level === 'info').length

const every = (everyMs: number, name = 'things.do'): Recorder => record({ name, schedule: { everyMs } })

describe('job scheduler: BullMQ, the schedules in Redis', () => {
  it('lose a job that was renamed or removed', async () => {
    const [old, kept, fresh] = [every(1_000, 'old.do'), every(1_000), every(1_000, 'new.do')]
    const before = await startVersion('1.0.0', old, kept)
    await waitFor(() => old.runs.length > 0, { what: 'a run under the old name' })
    await before.stop(1_000)
    await startVersion('1.1.0', fresh, every(1_000))
    expect(await stored()).toEqual(['new.do', 'things.do'])
    const seen = old.runs.length
    await waitFor(() => fresh.runs.length > 1, { what: 'runs under the new name' })
    expect(old.runs).toHaveLength(seen)
    const dropped = under.logged.filter(({ text }) => text.includes('does not exist'))
    expect(dropped.length).toBeLessThanOrEqual(1)
  })

  it('follow the newest version that runs, whoever starts when', async () => {
    const [slow, fast] = [every(under.longMs), every(1_000)]
    await startVersion('1.9.0', slow, every(under.longMs, 'removed.do'))
    expect(await patternOf('things.do')).toBe(`every ${under.longMs} ms`)
    await startVersion('1.10.0', fast)
    await startVersion('1.9.0', slow, every(under.longMs, 'removed.do'))
    const settled = changes()
    await under.elapse(3 * TIMES.reconcileMs)
    expect(await stored()).toEqual(['things.do'])
    expect(await patternOf('things.do')).toBe('every 1000 ms')
    expect(changes()).toBe(settled)
    const slots = [...slow.runs, ...fast.runs].map(({ slot }) => slot)
    expect(new Set(slots).size).toBe(slots.length)
    expect(slots.filter((slot) => slot > Date.now() - 3_000).length).toBeGreaterThanOrEqual(2)
  })

  it('are those of an older version again when the newer one is gone for good', async () => {
    await startVersion('1.0.0', every(under.longMs), every(under.longMs, 'older.do'))
    const newer = await startVersion('2.0.0', every(1_000))
    expect(await stored()).toEqual(['things.do'])
    await newer.stop(1_000)
    await waitFor(async () => (await stored()).length === 2, {
      what: 'the schedules of the older version',
      timeoutMs: 6 * TIMES.reconcileMs,
    })
    expect(await patternOf('things.do')).toBe(`every ${under.longMs} ms`)
  })

  it('do not change back and forth between two builds of one version', async () => {
    await startVersion('1.0.0', every(under.longMs))
    await startVersion('1.0.0', every(2 * under.longMs))
    await under.elapse(TIMES.reconcileMs + 200)
    const settled = changes()
    await under.elapse(3 * TIMES.reconcileMs)
    expect(changes()).toBe(settled)
  })

  it('are not written again by processes that come and go', async () => {
    await startVersion('1.0.0', every(under.longMs))
    expect(changes()).toBe(1)
    for (let i = 0; i < 3; i += 1) await (await startVersion('1.0.0', every(under.longMs))).stop(1_000)
    expect(changes()).toBe(1)
  })

  it('heal when one was pushed far ahead, or nobody follows it any more', async () => {
    const job = every(1_000)
    await startVersion('1.0.0', job)
    await waitFor(() => job.runs.length > 0, { what: 'a run' })
    await redis.cli('zadd', '{bangui}:jobs:repeat', String(Date.now() + 3_600_000), 'things.do')
    await under.elapse(2_000)
    const before = job.runs.length
    await waitFor(() => job.runs.length > before + 2, { what: 'runs again', timeoutMs: 15_000 })
    expect(new Set(job.runs.map(({ slot }) => slot)).size).toBe(job.runs.length)
  })

  it('leave a triggered run to the version that knows the job', async () => {
    await startVersion('1.0.0', every(under.longMs))
    const fresh = record({ name: 'fresh.do' })
    const newer = await startVersion('1.1.0', every(under.longMs), fresh)
    for (let i = 0; i < 6; i += 1) await newer.trigger('fresh.do', { payload: i })
    await waitFor(() => fresh.runs.length === 6, { what: 'all runs', timeoutMs: 19_000, everyMs: 50 })
    expect(under.logged.filter(({ level }) => level !== 'info')).toEqual([])
  })
})
