import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { createInstanceRegistry, listInstances } from '../../src/server/features/cluster/instance-registry.ts'
import type { AppRuntime } from '../../src/server/state/app-runtime.ts'
import { createMemoryState } from '../../src/server/state/memory/memory-state.ts'
import { StateUnavailable, type StateProvider } from '../../src/server/state/state-provider.ts'
import { NOON } from '../support/console-app.ts'
import { waitFor } from '../support/wait-for.ts'

const silent = { debug: () => undefined, error: () => undefined }
const noArchive = {
  loadAll: async () => [],
  save: async () => undefined,
  remove: async () => undefined,
  removeExpired: async () => undefined,
}

let at: number
let state: StateProvider<AppRuntime>
const now = (): number => at

beforeEach(async () => {
  at = NOON
  state = createMemoryState({ now, sessionArchive: noArchive })
  await state.start(new AbortController().signal)
})
afterEach(() => state.stop(1_000))

function registry(id: string, more: Partial<Parameters<typeof createInstanceRegistry>[0]> = {}) {
  return createInstanceRegistry({
    runtime: state.runtime,
    identity: {
      id,
      pid: 1,
      hostname: 'alpha',
      roles: ['web'],
      version: '1.0.0',
      startedAt: new Date(at).toISOString(),
    },
    vitals: {
      read: () => ({
        eventLoopLag: { p50Ms: 0, p99Ms: 1, maxMs: 2 },
        rssBytes: 3,
        heapUsedBytes: 4,
        cpuSeconds: 5,
      }),
    },
    isReady: () => true,
    now,
    log: silent,
    intervalMs: 5,
    ...more,
  })
}

const listed = (): string[] => listInstances(state.runtime, at).map((instance) => instance.id)

describe('the registry of instances', () => {
  it('lists a process as soon as it has started, and no longer once it has stopped', async () => {
    const one = registry('one')
    await one.start()
    expect(listed()).toEqual(['one'])
    await one.stop()
    expect(listed()).toEqual([])
    expect(state.runtime.keys()).toEqual([])
  })

  it('renews the entry of a process', async () => {
    let ready = false
    const one = registry('one', { isReady: () => ready })
    await one.start()
    expect(listInstances(state.runtime, at)).toEqual([
      {
        id: 'one',
        pid: 1,
        hostname: 'alpha',
        roles: ['web'],
        version: '1.0.0',
        startedAt: '2026-11-23T12:00:00.000Z',
        ready: false,
        eventLoopLag: { p50Ms: 0, p99Ms: 1, maxMs: 2 },
        rssBytes: 3,
        heapUsedBytes: 4,
        seenAt: '2026-11-23T12:00:00.000Z',
      },
    ])
    ready = true
    at += 2_000
    await waitFor(() => listInstances(state.runtime, at)[0]?.ready, { what: 'the entry to be renewed' })
    expect(listInstances(state.runtime, at)[0]?.seenAt).toBe('2026-11-23T12:00:02.000Z')
    await one.stop()
  })

  it('lists the processes in the order of their start', async () => {
    const late = registry('a-late-one')
    at -= 1_000
    const early = registry('the-first')
    await Promise.all([late.start(), early.start()])
    expect(listed()).toEqual(['the-first', 'a-late-one'])
    await Promise.all([late.stop(), early.stop()])
  })

  it('leaves out a process that has told nothing for more than six seconds', async () => {
    await state.runtime.set('instance/dead', await entryOf('dead'))
    at += 6_000
    expect(listed()).toEqual(['dead'])
    at += 1
    expect(listed()).toEqual([])
  })

  it('clears away what a dead process left behind, a minute later', async () => {
    await state.runtime.set('instance/dead', await entryOf('dead'))
    await state.runtime.set('host/local', {
      host: { id: 'local', online: true, database: 'ok', currentlyBanned: 0, jailCount: 0 },
      jails: [],
    })
    at += 60_001
    const one = registry('one')
    await one.start()
    expect(state.runtime.keys().map(String).sort()).toEqual(['host/local', 'instance/one'])
    await one.stop()
  })

  it('reads what a newer version adds, and leaves out what it cannot read', async () => {
    const entry = { ...(await entryOf('newer')), temperature: 42, roles: ['web', 'oracle'] }
    await state.runtime.set('instance/newer', entry)
    await state.runtime.set('instance/stranger', { id: 'stranger' } as never)
    expect(listInstances(state.runtime, at)).toEqual([
      expect.objectContaining({ id: 'newer', roles: ['web', 'oracle'] }),
    ])
    expect(listInstances(state.runtime, at)[0]).not.toHaveProperty('temperature')
  })

  it('goes on once the provider is there again', async () => {
    let away = true
    const set: typeof state.runtime.set = (...args) =>
      away ? Promise.reject(new StateUnavailable()) : state.runtime.set(...args)
    const one = registry('one', { runtime: { ...state.runtime, set } })
    await one.start()
    expect(listed()).toEqual([])
    away = false
    await waitFor(() => listed().length > 0, { what: 'the process to be listed' })
    await one.stop()
  })

  it('stops although the provider is away', async () => {
    const remove = () => Promise.reject(new StateUnavailable())
    const one = registry('one', { runtime: { ...state.runtime, remove } })
    await one.start()
    await one.stop()
    expect(listed()).toEqual(['one'])
  })
})

/** What a process with this id would have told of itself now. */
async function entryOf(id: string): Promise<AppRuntime[`instance/${string}`]> {
  const other = registry(id)
  await other.start()
  const entry = state.runtime.get(`instance/${id}`)
  await other.stop()
  if (!entry) throw new Error('it told nothing')
  return entry.value
}
