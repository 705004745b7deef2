import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals'
import { runScript, type Child } from '../support/child-process.ts'
import { createEffects, effectsOf } from '../support/effects.ts'
import type { JobProcessOptions } from '../support/job-process.ts'
import { startRedis, type RedisServer } from '../support/redis-server.ts'
import { openTestDatabase, type TestDatabase } from '../support/test-database.ts'
import { waitFor } from '../support/wait-for.ts'

/** As in production, five times as fast: the lease and twice the interval, there 40 s; and something for a busy machine. */
const TIMES = { leaseMs: 4_000, stalledMs: 2_000, reconcileMs: 6_000 }
const TAKEN_OVER_MS = 8_000 + 3_000
/** One that stands still takes the first wake-up along. */
const NOTICED_MS = 2_000
const DAY_MS = 86_400_000

let redis: RedisServer
let database: TestDatabase
const children: Child[] = []
beforeAll(async () => {
  redis = await startRedis()
})
afterAll(() => redis.stop())
beforeEach(async () => {
  await redis.cli('flushall')
  database = await openTestDatabase()
  await createEffects(database.db)
})
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL')
  await Promise.all(children.splice(0).map(({ ended }) => ended))
  await database.close()
})

async function start(workMs: number): Promise<Child> {
  const options: JobProcessOptions = {
    redisPort: redis.port,
    databasePath: database.path,
    jobs: [{ name: 'things.do', everyMs: DAY_MS, workMs }],
    times: TIMES,
  }
  const child = runScript('job-process.ts', [JSON.stringify(options)])
  children.push(child)
  await waitFor(() => child.lines.includes('READY'), { what: 'a process to start', timeoutMs: 15_000 })
  return child
}
const linesOf = (child: Child, word: string): string[] =>
  child.lines.filter((line) => line.startsWith(`${word} `))

async function startRunning(workMs: number): Promise<Child> {
  const child = await start(workMs)
  await waitFor(() => linesOf(child, 'BEGIN').length === 1, { what: 'the run' })
  return child
}

jest.setTimeout(60_000)

describe('job scheduler: BullMQ, real processes', () => {
  it('take over the run of one that was killed, and it has its effect once', async () => {
    const first = await startRunning(60_000)
    const second = await start(100)
    const since = performance.now()
    first.kill('SIGKILL')
    await waitFor(() => linesOf(second, 'END').length === 1, {
      what: 'the run elsewhere',
      timeoutMs: TAKEN_OVER_MS,
    })
    expect(performance.now() - since).toBeGreaterThan(1_000)
    const [begun] = linesOf(first, 'BEGIN')
    const [again] = linesOf(second, 'BEGIN')
    expect(again).toBe(begun?.replace(/1 1$/, '2 2'))
    expect(await effectsOf(database.db)).toMatchObject([{ job: 'things.do', fence: 2 }])
  })

  it('take over the run of one that stands still, whose late work then counts for nothing', async () => {
    const first = await startRunning(10_000)
    const second = await start(100)
    first.kill('SIGSTOP')
    await waitFor(() => linesOf(second, 'END').length === 1, {
      what: 'the run elsewhere',
      timeoutMs: TAKEN_OVER_MS + NOTICED_MS,
    })
    first.kill('SIGCONT')
    await waitFor(() => first.errors.some((line) => line.includes('a job failed')), {
      what: 'news of the loss',
    })
    expect(linesOf(first, 'END')).toEqual([])
    expect(await effectsOf(database.db)).toMatchObject([{ fence: 2 }])
    first.kill('SIGTERM')
    expect(await first.ended).toBe(0)
  })

  it('finish what they run when they are asked to stop, and then end', async () => {
    const child = await startRunning(1_000)
    child.kill('SIGTERM')
    expect(await child.ended).toBe(0)
    expect(linesOf(child, 'END')).toHaveLength(1)
    expect(child.errors.filter((line) => !line.startsWith('info '))).toEqual([])
    expect(await effectsOf(database.db)).toHaveLength(1)
  })

  it('end although Redis is gone', async () => {
    const child = await start(100)
    await waitFor(() => linesOf(child, 'END').length === 1, { what: 'the run' })
    await redis.kill()
    child.kill('SIGTERM')
    expect(await child.ended).toBe(0)
    const [stopped] = linesOf(child, 'STOPPED')
    expect(Number(stopped?.split(' ')[1])).toBeLessThan(2_000)
    await redis.restart()
  })
})
