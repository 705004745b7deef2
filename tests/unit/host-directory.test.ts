import { describe, expect, it } from '@jest/globals'
import type { AppRuntime } from '../../src/server/state/app-runtime.ts'
import { createHostDirectory } from '../../src/server/state/host-directory.ts'
import type { Versioned } from '../../src/server/state/state-provider.ts'
import type { HostSnapshot } from '../../src/shared/host.ts'

const NOON = Date.parse('2026-11-23T12:00:00Z')

/** A directory over one snapshot that was written at noon. */
function begin() {
  const time = { now: NOON, staleMs: 0 }
  const host = { id: 'local', online: true, database: 'ok' as const, currentlyBanned: 2, jailCount: 0 }
  const entry: Versioned<HostSnapshot> = { rev: 1, at: NOON, value: { host, jails: [] } }
  const directory = createHostDirectory({
    runtime: {
      get: <K extends keyof AppRuntime>(key: K): Versioned<AppRuntime[K]> | undefined =>
        key === 'host/local' ? entry : undefined,
      keys: () => ['host/local'],
      staleMs: () => time.staleMs,
    },
    host: 'local',
    now: () => time.now,
  })
  return { time, offline: () => directory.get('local').host.offline, list: () => directory.list() }
}

describe('the directory of hosts', () => {
  it('repeats what an agent has said, for ten seconds', () => {
    const { time, offline } = begin()
    time.now = NOON + 10_000
    expect(offline()).toBeUndefined()
    time.now = NOON + 10_001
    expect(offline()).toMatchObject({ reason: 'agent-missing', since: '2026-11-23T12:00:00.000Z' })
  })

  it('says of a process that is cut off that it knows nothing, not that the agent is gone', () => {
    const { time, offline, list } = begin()
    time.now = NOON + 20_000
    time.staleMs = 15_000
    expect(offline()).toMatchObject({ reason: 'state-unknown', since: '2026-11-23T12:00:05.000Z' })
    expect(list()).toBe(list())
    time.staleMs = 0
    expect(offline()).toMatchObject({ reason: 'agent-missing' })
  })
})
