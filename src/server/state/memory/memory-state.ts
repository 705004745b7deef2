import { pause, within } from '../../lib/pause.ts'
import type { AppRuntime } from '../app-runtime.ts'
import { StateUnavailable, type RuntimeShape, type StateProvider } from '../state-provider.ts'
import { createMemoryBus } from './bus.ts'
import { createMemoryLocks } from './locks.ts'
import { createMemoryBackend, type MemoryBackend, type MemoryStateDeps } from './memory-backend.ts'
import { createNodeLife } from '../node-life.ts'
import { createMemoryRateLimits } from './rate-limits.ts'
import { createMemoryRequests } from './requests.ts'
import { createMemoryRuntimeState } from './runtime-state.ts'
import { createMemorySessions } from './session-store.ts'

const FIRST_RETRY_MS = 100
const LAST_RETRY_MS = 5_000

/**
 * State inside one process. Everything but sessions is lost when it ends; those `start` reads back from the archive, and
 * it keeps trying until it can or its signal aborts.
 */
export function createMemoryState(deps: MemoryStateDeps): StateProvider<AppRuntime> {
  return createMemoryNode(createMemoryBackend<AppRuntime>(deps))
}

/** One of several providers on the same memory, as separate processes would see it; for the contract suite. */
export function createMemoryNode<S extends RuntimeShape>(backend: MemoryBackend<S>): StateProvider<S> {
  const { now, monotonicMs, sessions } = backend
  const life = createNodeLife()
  let started: Promise<void> | undefined
  let stopped: Promise<void> | undefined

  async function enter(signal: AbortSignal): Promise<void> {
    for (let waitMs = FIRST_RETRY_MS; ; waitMs = Math.min(waitMs * 2, LAST_RETRY_MS)) {
      try {
        await backend.enter()
        life.begin()
        return
      } catch (error) {
        if (signal.aborted) throw error
        await pause(waitMs, signal)
      }
    }
  }

  async function leave(deadlineMs: number): Promise<void> {
    const wasRunning = life.isRunning()
    life.end()
    if (wasRunning) await within(deadlineMs, backend.leave())
  }

  return {
    kind: 'memory',
    sessions: createMemorySessions(sessions, life),
    limits: createMemoryRateLimits(backend.windows, { ...life, monotonicMs }),
    runtime: createMemoryRuntimeState(backend.runtime, { ...life, now }),
    bus: createMemoryBus(backend.bus, life),
    locks: createMemoryLocks(backend.locks, { ...life, now, monotonicMs }),
    requests: createMemoryRequests(backend.exchange, { ...life, monotonicMs }),

    async start(signal) {
      if (stopped) throw new StateUnavailable(new Error('the state provider was stopped'))
      await (started ??= enter(signal))
    },

    health() {
      const reasons: string[] = []
      if (!life.isRunning()) reasons.push('The state provider is not running.')
      const fault = sessions.fault
      if (fault !== undefined) reasons.push(`Sessions cannot be kept in the database: ${fault}`)
      return { ok: reasons.length === 0, reasons, warnings: [], sampledAt: now() }
    },

    async stop(deadlineMs) {
      await (stopped ??= leave(deadlineMs))
    },
  }
}
