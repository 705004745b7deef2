import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { pino } from 'pino'
import {
  createInstanceRegistry,
  listInstances,
  type InstanceRegistry,
} from '../../src/server/features/cluster/instance-registry.ts'
import { watchVitals } from '../../src/server/lib/process-vitals.ts'
import type { AppRuntime } from '../../src/server/state/app-runtime.ts'
import { createRedisState } from '../../src/server/state/redis/redis-state.ts'
import type { StateProvider } from '../../src/server/state/state-provider.ts'
import { startRedis, type RedisServer } from '../support/redis-server.ts'
import { waitFor } from '../support/wait-for.ts'

const log = pino({ level: 'silent' })
const vitals = watchVitals()
const clusterId = randomUUID()
let redis: RedisServer
const opened: Array<StateProvider<AppRuntime>> = []

beforeAll(async () => {
  redis = await startRedis()
})
afterEach(async () => {
  await Promise.all(opened.splice(0).map((state) => state.stop(1_000)))
})
afterAll(async () => {
  vitals.stop()
  await redis.stop()
})

/** The shared state as one more process has it. */
async function join(): Promise<StateProvider<AppRuntime>> {
  const at = { kind: 'standalone', host: '127.0.0.1', port: redis.port } as const
  const target = { at, username: undefined, password: undefined, db: 0, tls: undefined }
  const state = createRedisState<AppRuntime>({ target, clusterId, allowEviction: false, log })
  opened.push(state)
  await state.start(new AbortController().signal)
  return state
}

function registryOf(state: StateProvider<AppRuntime>, id: string, worker: number): InstanceRegistry {
  return createInstanceRegistry({
    runtime: state.runtime,
    identity: {
      id,
      pid: process.pid,
      hostname: 'alpha',
      worker,
      roles: ['web', 'jobs', 'agent'],
      version: '1.0.0',
      startedAt: new Date().toISOString(),
    },
    vitals,
    isReady: () => true,
    now: Date.now,
    log,
  })
}

const idsAt = (state: StateProvider<AppRuntime>): string[] =>
  listInstances(state.runtime, Date.now())
    .map(({ id }) => id)
    .sort()

describe('instances in Redis', () => {
  it('are known to each other within 2.5 s, and of one that leaves at once', async () => {
    const [one, two] = [await join(), await join()]
    const [first, second] = [registryOf(one, 'first', 1), registryOf(two, 'second', 2)]
    await Promise.all([first.start(), second.start()])
    for (const state of [one, two]) {
      await waitFor(() => idsAt(state).length === 2, { what: 'both to be listed', timeoutMs: 2_500 })
      expect(idsAt(state)).toEqual(['first', 'second'])
    }
    await second.stop()
    await waitFor(() => idsAt(one).length === 1, { what: 'the other to be gone', timeoutMs: 2_500 })
    expect(idsAt(one)).toEqual(['first'])
    await first.stop()
  })

  it('fade within seconds when they die without a word', async () => {
    const [one, two] = [await join(), await join()]
    const [first, second] = [registryOf(one, 'first', 1), registryOf(two, 'second', 2)]
    await Promise.all([first.start(), second.start()])
    await waitFor(() => idsAt(one).length === 2, { what: 'both to be listed' })
    // Its connections end, so nothing it tells arrives any more.
    await two.stop(1_000)
    await waitFor(() => idsAt(one).length === 1, { what: 'the dead one to fade', timeoutMs: 9_000 })
    expect(idsAt(one)).toEqual(['first'])
    await Promise.all([first.stop(), second.stop()])
  })

  it('are listed again after Redis has lost everything', async () => {
    const one = await join()
    const first = registryOf(one, 'first', 1)
    await first.start()
    await redis.cli('flushall')
    const two = await join()
    await waitFor(() => idsAt(two).includes('first'), { what: 'it to tell of itself again' })
    await first.stop()
  })
})
