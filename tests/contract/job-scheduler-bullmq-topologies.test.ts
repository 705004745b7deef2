import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import type { JobScheduler } from '../../src/server/jobs/job.ts'
import { openConnection } from '../../src/server/state/redis/connections.ts'
import type { RedisTarget } from '../../src/server/state/redis/redis-target.ts'
import { startRedisCluster, type RedisCluster } from '../support/redis-cluster.ts'
import { startSentinelTrio, type SentinelTrio } from '../support/redis-sentinel.ts'
import type { RedisServer } from '../support/redis-server.ts'
import { waitFor } from '../support/wait-for.ts'
import { openBullmq, type BullmqUnderTest } from './job-scheduler-bullmq-under-test.ts'
import { targetFrom } from './redis-under-test.ts'
import { record, type Recorder } from './schedulers-under-test.ts'

const GOES_ON_MS = 18_000

interface Started {
  readonly scheduler: JobScheduler
  readonly secondly: Recorder
  readonly asked: Recorder
}

/** One scheduler, with the connections that the console makes. */
async function start(under: BullmqUnderTest, target: RedisTarget): Promise<Started> {
  const scheduler = await under.add({ connect: (use) => openConnection(target, use) })
  const secondly = record({ schedule: { everyMs: 1_000 } })
  const asked = record({ name: 'asked.do' })
  for (const { job } of [secondly, asked]) scheduler.define(job)
  await scheduler.start()
  return { scheduler, secondly, asked }
}

async function works({ scheduler, secondly, asked }: Started): Promise<void> {
  const [runs, triggered] = [secondly.runs.length, asked.runs.length]
  await waitFor(() => secondly.runs.length > runs + 1, { what: 'scheduled runs', timeoutMs: GOES_ON_MS })
  await waitFor(() => scheduler.trigger('asked.do', { dedupeKey: 'once' }).then(() => true), {
    what: 'a trigger that is taken',
  })
  await waitFor(() => asked.runs.length > triggered, { what: 'the triggered run' })
  const slots = secondly.runs.map(({ slot }) => slot)
  expect(new Set(slots).size).toBe(slots.length)
}

describe('job scheduler: BullMQ on a cluster', () => {
  let cluster: RedisCluster
  let under: BullmqUnderTest
  beforeAll(async () => {
    cluster = await startRedisCluster()
  }, 60_000)
  afterAll(() => cluster.stop())
  beforeEach(async () => {
    under = await openBullmq(await cluster.ownerOf('{bangui}'), 0)
  })
  afterEach(() => under.close())

  it('works, also when the node that holds the queue was away', async () => {
    const started = await start(under, targetFrom({ clusterNodes: cluster.nodes }))
    await works(started)
    const owner = await cluster.ownerOf('{bangui}')
    await owner.kill()
    await under.elapse(2_000)
    await owner.restart()
    await cluster.untilWhole()
    await works(started)
  }, 60_000)

  it('stops by its deadline while that node is away', async () => {
    const { scheduler, secondly } = await start(under, targetFrom({ clusterNodes: cluster.nodes }))
    await waitFor(() => secondly.runs.length > 0, { what: 'a run' })
    const owner = await cluster.ownerOf('{bangui}')
    await owner.kill()
    const since = performance.now()
    await scheduler.stop(5_000)
    expect(performance.now() - since).toBeLessThan(2_000)
    await owner.restart()
    await cluster.untilWhole()
  }, 60_000)
})

describe('job scheduler: BullMQ behind Sentinels', () => {
  let trio: SentinelTrio
  let under: BullmqUnderTest
  beforeAll(async () => {
    trio = await startSentinelTrio()
    under = await openBullmq(await trio.master(), 0)
  }, 60_000)
  afterAll(async () => {
    await under.close()
    await trio.stop()
  })

  it.each([
    ['was relieved', () => trio.failover()],
    [
      'died',
      async () => {
        const dead: RedisServer = await trio.master()
        await dead.kill()
        await trio.untilAnotherThan(dead.port)
        await dead.restart()
      },
    ],
  ])(
    'works, also when the master %s',
    async (_, replaceMaster) => {
      const { sentinels, masterName } = trio
      const started = await start(under, targetFrom({ sentinels, masterName }))
      await works(started)
      await replaceMaster()
      await works(started)
      await started.scheduler.stop(1_000)
      await trio.untilWhole()
    },
    90_000,
  )
})
