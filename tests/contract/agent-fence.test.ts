import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { AppRuntime } from '../../src/server/state/app-runtime.ts'
import { createMemoryState } from '../../src/server/state/memory/memory-state.ts'
import type { StateProvider } from '../../src/server/state/state-provider.ts'
import { CommandReply } from '../../src/shared/command.ts'
import { startAgentUnderTest, type AgentUnderTest } from '../support/agent-under-test.ts'
import { waitFor } from '../support/wait-for.ts'

/** Longer than any lease lasts. */
const STANDSTILL_MS = 60_000

let test: AgentUnderTest
let state: StateProvider<AppRuntime>
let stoodStillMs = 0

beforeAll(async () => {
  state = createMemoryState({
    now: Date.now,
    monotonicMs: () => performance.now() + stoodStillMs,
    sessionArchive: {
      loadAll: async () => [],
      save: async () => undefined,
      remove: async () => undefined,
      removeExpired: async () => undefined,
    },
  })
  await state.start(new AbortController().signal)
  test = await startAgentUnderTest({ agent: { state } })
  await waitFor(() => state.runtime.get('host/local')?.value.host.online, { what: 'the agent to be online' })
})
afterAll(async () => {
  await test.stop()
  await state.stop(1_000)
})

async function ban(ip: string, during = (): void => undefined): Promise<CommandReply> {
  const answer = state.requests.send(
    'agent/local',
    { kind: 'ban', jail: 'sshd', ips: [ip] },
    { id: `ban ${ip}`, timeoutMs: 30_000 },
  )
  // It was taken, and asks fail2ban first whether there is such a jail.
  during()
  return CommandReply.parse(await answer)
}

describe('an agent that has lost the lease while a command waited', () => {
  it('changes nothing, and says so', async () => {
    expect((await ban('203.0.113.90')).ok).toBe(true)
    const reply = await ban('203.0.113.91', () => (stoodStillMs += STANDSTILL_MS))
    expect(reply).toMatchObject({ ok: false, code: 'fail2ban-unavailable' })
    expect(await test.listed()).toEqual(['203.0.113.90'])
    await waitFor(async () => (await state.locks.holders()).length === 1, {
      what: 'the agent to hold the lease again',
      timeoutMs: 20_000,
    })
    expect((await ban('203.0.113.92')).ok).toBe(true)
  }, 40_000)
})
