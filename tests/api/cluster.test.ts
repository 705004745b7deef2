import { afterAll, afterEach, describe, expect, it } from '@jest/globals'
import { createClusterService } from '../../src/server/features/cluster/cluster.service.ts'
import { clusterEndpoints } from '../../src/server/features/cluster/cluster.endpoints.ts'
import { createInstanceRegistry } from '../../src/server/features/cluster/instance-registry.ts'
import { createRunLedger } from '../../src/server/features/jobs/run-ledger.repository.ts'
import { createInProcessScheduler } from '../../src/server/jobs/in-process-scheduler.ts'
import type { Job, JobScheduler } from '../../src/server/jobs/job.ts'
import { watchVitals } from '../../src/server/lib/process-vitals.ts'
import { Cluster } from '../../src/shared/cluster.ts'
import { createTestApp, type TestApp } from '../support/test-app.ts'
import { waitFor } from '../support/wait-for.ts'

const vitals = watchVitals()
afterAll(() => vitals.stop())

let test: TestApp
let scheduler: JobScheduler
let ran: string[] = []
let failure: string | undefined

afterEach(async () => {
  await scheduler.stop(1_000)
  await test.close()
})

/** Jobs that run when they are asked for, and one that is due in the far future. */
const jobs: Job[] = [
  {
    name: 'test.count',
    schedule: { on: 'trigger' },
    timeoutMs: 1_000,
    attempts: 1,
    async run() {
      ran.push('test.count')
      if (failure !== undefined) throw new Error(failure)
    },
  },
  {
    name: 'test.yearly',
    schedule: { cron: '0 0 1 1 *', timeZone: 'UTC' },
    timeoutMs: 1_000,
    attempts: 1,
    run: async () => undefined,
  },
]

async function start(): Promise<void> {
  ran = []
  failure = undefined
  test = await createTestApp({
    endpoints: ({ db, state, log }) => {
      const now = Date.now
      scheduler = createInProcessScheduler({ ledger: createRunLedger({ db, now }), now, log })
      for (const job of jobs) scheduler.define(job)
      return clusterEndpoints(createClusterService({ state, jobs, scheduler, log, now }))
    },
  })
  await scheduler.start()
}

async function describeCluster(): Promise<Cluster> {
  const agent = await test.signedIn('admin')
  const { body } = await agent.get('/api/v1/cluster').expect(200)
  return Cluster.parse(body)
}

const jobCalled = (cluster: Cluster, name: string) => cluster.jobs.find((job) => job.name === name)

describe('GET /cluster', () => {
  it('is for administrators only', async () => {
    await start()
    await test.browser().get('/api/v1/cluster').expect(401)
    for (const role of ['viewer', 'operator'] as const) {
      await (await test.signedIn(role)).get('/api/v1/cluster').expect(403)
    }
  })

  it('tells of the provider', async () => {
    await start()
    const { provider, state } = await describeCluster()
    expect(provider).toBe('memory')
    expect(state).toMatchObject({ ok: true, reasons: [], warnings: [] })
  })

  it('lists the processes that serve, each as it described itself', async () => {
    await start()
    const registry = createInstanceRegistry({
      runtime: test.state.runtime,
      identity: {
        id: 'one',
        pid: 4711,
        hostname: 'alpha',
        worker: 2,
        roles: ['web', 'agent'],
        version: '1.2.3',
        startedAt: '2026-11-23T12:00:00.000Z',
      },
      vitals,
      isReady: () => true,
      now: Date.now,
      log: { debug: () => undefined, error: () => undefined },
    })
    await registry.start()
    const [instance, ...others] = (await describeCluster()).instances
    expect(others).toEqual([])
    expect(instance).toMatchObject({
      id: 'one',
      pid: 4711,
      hostname: 'alpha',
      worker: 2,
      roles: ['web', 'agent'],
      version: '1.2.3',
      startedAt: '2026-11-23T12:00:00.000Z',
      ready: true,
    })
    expect(instance?.rssBytes).toBeGreaterThan(1e7)
    await registry.stop()
    expect((await describeCluster()).instances).toEqual([])
  })

  it('tells who holds which lease, and until when', async () => {
    await start()
    const options = { ttlMs: 5_000, waitMs: 0, holder: 'one' }
    const lease = await test.state.locks.acquire('agent/local', options)
    const [held, ...others] = (await describeCluster()).leases
    expect(others).toEqual([])
    expect(held).toMatchObject({ name: 'agent/local', holder: 'one' })
    expect(Date.parse(held?.expiresAt ?? '')).toBeGreaterThan(Date.now())
    if (lease !== 'busy') await lease.release()
  })

  it('tells of every job, also of one that never ran', async () => {
    await start()
    const cluster = await describeCluster()
    expect(cluster.jobs.map((job) => job.name)).toEqual(['test.count', 'test.yearly'])
    expect(jobCalled(cluster, 'test.count')).toEqual({
      name: 'test.count',
      schedule: 'only when it is asked for',
      runs: 0,
    })
    const yearly = jobCalled(cluster, 'test.yearly')
    expect(yearly?.schedule).toBe('cron 0 0 1 1 * (UTC)')
    expect(yearly?.nextRunAt).toMatch(/^\d{4}-01-01T00:00:00\.000Z$/)
  })
})

describe('POST /cluster/jobs/{name}/run', () => {
  const run = '/api/v1/cluster/jobs/test.count/run'

  it('is for administrators only', async () => {
    await start()
    await test.browser().post(run).expect(401)
    for (const role of ['viewer', 'operator'] as const) {
      await (await test.signedIn(role)).post(run).expect(403)
    }
    expect(ran).toEqual([])
  })

  it('runs the job, which the cluster then tells', async () => {
    await start()
    const agent = await test.signedIn('admin')
    const { body } = await agent.post(run).expect(202)
    expect(body).toEqual({ name: 'test.count', requestedAt: expect.any(String) })
    const isDone = async () => jobCalled(await describeCluster(), 'test.count')?.lastResult === 'done'
    await waitFor(isDone, { what: 'the run to be done' })
    const job = jobCalled(await describeCluster(), 'test.count')
    expect(job).toMatchObject({ runs: 1, lastDurationMs: expect.any(Number) })
    expect(Date.parse(job?.lastRunAt ?? '')).toBeLessThanOrEqual(Date.now())
    expect(ran).toEqual(['test.count'])
    expect(test.logged).toContainEqual(expect.objectContaining({ job: 'test.count', user: 'admin' }))
  })

  it('tells why a run failed', async () => {
    await start()
    failure = 'The leases cannot be read.'
    await (await test.signedIn('admin')).post(run).expect(202)
    const isOver = async () => jobCalled(await describeCluster(), 'test.count')?.lastResult === 'failed'
    await waitFor(isOver, { what: 'the run to fail' })
    expect(jobCalled(await describeCluster(), 'test.count')).toMatchObject({
      runs: 0,
      lastError: 'The leases cannot be read.',
    })
  })

  it('knows no other job', async () => {
    await start()
    const agent = await test.signedIn('admin')
    const { body } = await agent.post('/api/v1/cluster/jobs/nothing/run').expect(404)
    expect(body).toMatchObject({ code: 'not-found', detail: 'There is no job called nothing.' })
    await agent.post(`/api/v1/cluster/jobs/${'x'.repeat(101)}/run`).expect(400)
  })
})
