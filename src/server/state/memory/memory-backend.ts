import type { Logger } from '../../lib/logger.ts'
import type { Change, RuntimeShape } from '../state-provider.ts'
import type { BusMessage } from './bus.ts'
import { createListeners, type Listeners } from '../listeners.ts'
import { createLockTable, type LockTable } from './locks.ts'
import { sweepWindows, type Windows } from './rate-limits.ts'
import { sweepAnswers, type Exchange } from './requests.ts'
import type { RuntimeValues } from './runtime-state.ts'
import type { SessionArchive } from './session-archive.ts'
import { SessionTable } from './session-table.ts'

const SWEEP_MS = 60_000
/** While the archive refuses, it is asked again this often. */
const RETRY_MS = 1_000

export interface MemoryStateDeps {
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly sessionArchive: SessionArchive
  readonly log?: Pick<Logger, 'warn' | 'error'>
  /** Milliseconds that nobody can set; what leases, limits and remembered answers last by. */
  readonly monotonicMs?: () => number
}

/** What the nodes of one provider share. In production there is one node; the contract suite opens several. */
export interface MemoryBackend<S extends RuntimeShape> {
  readonly now: () => number
  readonly monotonicMs: () => number
  readonly sessions: SessionTable
  readonly windows: Windows
  readonly runtime: RuntimeValues<S>
  readonly bus: Listeners<BusMessage>
  readonly locks: LockTable
  readonly exchange: Exchange
  /** Reads the archive once, however many nodes ask, and keeps the house in order until as many have left. */
  enter(): Promise<void>
  leave(): Promise<void>
}

export function createMemoryBackend<S extends RuntimeShape>(deps: MemoryStateDeps): MemoryBackend<S> {
  const { now, monotonicMs = () => performance.now(), log } = deps
  const sessions = new SessionTable({ archive: deps.sessionArchive, now, log, onFault: plan })
  const windows: Windows = new Map()
  const exchange: Exchange = { servers: new Map(), remembered: new Map() }
  let loading: Promise<void> | undefined
  let nodes = 0
  let timer: NodeJS.Timeout | undefined

  async function sweep(): Promise<void> {
    sweepWindows(windows, monotonicMs())
    sweepAnswers(exchange, monotonicMs())
    await sessions.maintain()
    plan()
  }

  function plan(): void {
    clearTimeout(timer)
    if (nodes === 0) return
    timer = setTimeout(() => void sweep(), sessions.fault === undefined ? SWEEP_MS : RETRY_MS)
    timer.unref()
  }

  return {
    now,
    monotonicMs,
    sessions,
    windows,
    runtime: { entries: new Map(), listeners: createListeners<Change<S>>(log), rev: 0 },
    bus: createListeners<BusMessage>(log),
    locks: createLockTable(),
    exchange,

    async enter() {
      loading ??= sessions.load()
      try {
        await loading
      } catch (error) {
        loading = undefined
        throw error
      }
      nodes += 1
      plan()
    },

    async leave() {
      nodes -= 1
      if (nodes > 0) return
      clearTimeout(timer)
      // What the archive refused to remove would be a session again after a restart.
      if (sessions.fault !== undefined) await sessions.maintain()
    },
  }
}
