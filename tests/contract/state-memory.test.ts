import { afterEach, describe, expect, it } from '@jest/globals'
import { createSessionsRepository } from '../../src/server/features/auth/sessions.repository.ts'
import { createMemoryBackend, type MemoryBackend } from '../../src/server/state/memory/memory-backend.ts'
import { createMemoryNode } from '../../src/server/state/memory/memory-state.ts'
import type { RuntimeShape, StateProvider } from '../../src/server/state/state-provider.ts'
import { faulty, type FaultyState } from '../support/faulty-state.ts'
import { simulateTime } from '../support/simulated-time.ts'
import { addUsers, openTestDatabase } from '../support/test-database.ts'
import { describeStateProvider } from './state-provider.contract.ts'
import { fresh, nodeOf, type StateUnderTest } from './state-under-test.ts'

const USERS = ['user-1', 'user-2'] as const

interface MemoryUnderTest extends StateUnderTest {
  readonly timerCount: () => number
}

async function open(nodeCount: number): Promise<MemoryUnderTest> {
  const time = simulateTime()
  const database = await openTestDatabase()
  await addUsers(database.db, USERS)
  const backend: MemoryBackend<RuntimeShape> = createMemoryBackend({
    now: Date.now,
    monotonicMs: Date.now,
    sessionArchive: createSessionsRepository(database.db),
  })
  const opened: Array<FaultyState<RuntimeShape>> = []
  const join = async (): Promise<StateProvider> => {
    const node = faulty(createMemoryNode(backend))
    opened.push(node)
    await node.state.start(new AbortController().signal)
    return node.state
  }
  const nodes: StateProvider[] = []
  for (let i = 0; i < nodeCount; i += 1) nodes.push(await join())
  return {
    nodes,
    users: USERS,
    elapse: time.elapse,
    join,
    faults: {
      async outage() {
        for (const node of opened) node.pause()
        return async () => opened.forEach((node) => node.resume())
      },
      async stall(_node, ms) {
        time.stall(ms)
      },
    },
    timerCount: time.timerCount,
    async close() {
      await Promise.all(opened.map(({ state }) => state.stop(1_000)))
      await database.close()
      time.end()
    },
  }
}

describeStateProvider('memory', {
  open,
  suffers: { outage: true, stall: true, flush: false, muffle: false },
})

describe('state provider: memory, alone', () => {
  let under: MemoryUnderTest | undefined
  afterEach(() => under?.close())

  it('leaves no timer behind when it has stopped', async () => {
    under = await open(2)
    const { locks, bus, runtime, requests } = nodeOf(under, 0)
    await locks.acquire('lock', { ttlMs: 1_000, waitMs: 0, holder: 'x' })
    const waiting = nodeOf(under, 1).locks.acquire('lock', { ttlMs: 1_000, waitMs: 60_000, holder: 'y' })
    bus.on('topic', () => undefined)
    runtime.subscribe(() => undefined)
    await requests.serve('agent', async () => null)
    const given = expect(waiting).rejects.toThrow('interrupted')
    await nodeOf(under, 1).stop(1_000)
    await given
    await nodeOf(under, 0).stop(1_000)
    expect(under.timerCount()).toBe(0)
  })

  it('remembers an answer for ten minutes', async () => {
    under = await open(1)
    const { requests } = nodeOf(under, 0)
    let effects = 0
    await requests.serve('agent', async () => (effects += 1))
    const ask = (): Promise<unknown> => requests.send('agent', null, { id: 'the same', timeoutMs: 1_000 })
    expect(await ask()).toBe(1)
    await under.elapse(599_000)
    expect(await ask()).toBe(1)
    await under.elapse(2_000)
    expect(await ask()).toBe(2)
  })

  it('remembers the last 10,000 answers and no more, but none that is still to come', async () => {
    under = await open(1)
    const { requests } = nodeOf(under, 0)
    const gate = Promise.withResolvers<void>()
    let effects = 0
    await requests.serve('agent', async (payload) => {
      effects += 1
      if (payload === 'slow') await gate.promise
      return effects
    })
    const ask = (id: string, payload: string | null = null): Promise<unknown> =>
      requests.send('agent', payload, { id, timeoutMs: 60_000 })
    const slow = ask('slow', 'slow')
    for (let i = 0; i < 10_050; i += 1) await ask(`id-${i}`)
    expect(effects).toBe(10_051)
    await ask('id-10049')
    expect(effects).toBe(10_051)
    await ask('id-0')
    expect(effects).toBe(10_052)
    gate.resolve()
    expect(await ask('slow', 'slow')).toBe(await slow)
  })

  it('has no more rate-limit windows than it can hold', async () => {
    under = await open(1)
    const { limits } = nodeOf(under, 0)
    const rule = { name: fresh('rule'), points: 1, windowSeconds: 3_600 }
    for (let i = 0; i <= 100_000; i += 1) await limits.consume(rule, `key-${i}`)
    expect(await limits.consume(rule, 'key-100000')).toMatchObject({ allowed: false })
    expect(await limits.consume(rule, 'key-0')).toMatchObject({ allowed: true })
  })

  it('has fences that rise over a restart', async () => {
    under = await open(1)
    const before = await nodeOf(under, 0).locks.acquire('lock', { ttlMs: 1_000, waitMs: 0, holder: 'x' })
    await under.elapse(1_000)
    await under.close()
    under = await open(1)
    await under.elapse(2_000)
    const after = await nodeOf(under, 0).locks.acquire('lock', { ttlMs: 1_000, waitMs: 0, holder: 'x' })
    if (before === 'busy' || after === 'busy') throw new Error('nobody else holds it')
    expect(after.fence).toBeGreaterThan(before.fence)
  })
})
