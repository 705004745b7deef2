import { createLockQueue, type LockQueue } from '../lock-queue.ts'
import type { Lease, Locks } from '../state-provider.ts'
import type { NodeLife } from '../node-life.ts'

interface Holding {
  readonly holder: string
  endsAt: number
  /** Ends it and aborts its signal. */
  lose(): void
}

/** Who holds what, over all nodes. */
export interface LockTable {
  readonly held: Map<string, Holding>
  readonly fences: Map<string, number>
  readonly queue: LockQueue
}

/** `monotonicMs` decides how long leases last; `now` is for showing when they end. */
type LockNode = NodeLife & { readonly now: () => number; readonly monotonicMs: () => number }

export function createLockTable(): LockTable {
  return { held: new Map(), fences: new Map(), queue: createLockQueue() }
}

export function createMemoryLocks(table: LockTable, node: LockNode): Locks {
  const { now, monotonicMs } = node
  return {
    async acquire(name, { ttlMs, waitMs, holder }) {
      const giveUpAt = monotonicMs() + waitMs
      for (;;) {
        node.assertRunning()
        const lease = tryAcquire(table, node, { name, ttlMs, holder })
        if (lease) return lease
        const leftMs = giveUpAt - monotonicMs()
        if (leftMs <= 0) return 'busy'
        const freeInMs = (table.held.get(name)?.endsAt ?? 0) - monotonicMs()
        await table.queue.wait(name, Math.min(leftMs, freeInMs), node)
      }
    },

    async holders() {
      node.assertRunning()
      return [...table.held]
        .map(([name, { holder, endsAt }]) => ({ name, holder, leftMs: endsAt - monotonicMs() }))
        .filter(({ leftMs }) => leftMs > 0)
        .map(({ name, holder, leftMs }) => ({ name, holder, expiresAt: Math.round(now() + leftMs) }))
        .sort((a, b) => a.name.localeCompare(b.name))
    },
  }
}

interface Wish {
  readonly name: string
  readonly ttlMs: number
  readonly holder: string
}

function tryAcquire(table: LockTable, node: LockNode, wish: Wish): Lease | undefined {
  const before = table.held.get(wish.name)
  if (before && before.endsAt > node.monotonicMs()) return undefined
  before?.lose()
  // From the clock, so that fences rise over restarts too.
  const fence = Math.max((table.fences.get(wish.name) ?? 0) + 1, node.now())
  table.fences.set(wish.name, fence)
  return hold(table, node, wish, fence)
}

function hold({ held, queue }: LockTable, node: LockNode, wish: Wish, fence: number): Lease {
  const { name, ttlMs, holder } = wish
  const lost = new AbortController()
  const holding: Holding = { holder, endsAt: node.monotonicMs() + ttlMs, lose }
  held.set(name, holding)
  const renewal = setInterval(renew, ttlMs / 3)
  renewal.unref()
  const endWithNode = node.owns(lose)

  /** A lease that ran out before its renewal is lost, even if nobody has taken it yet: somebody may have seen it free. */
  function renew(): void {
    if (holding.endsAt > node.monotonicMs()) holding.endsAt = node.monotonicMs() + ttlMs
    else lose()
  }

  function letGo(): boolean {
    if (held.get(name) !== holding) return false
    held.delete(name)
    clearInterval(renewal)
    endWithNode()
    queue.wake(name)
    return true
  }

  function lose(): void {
    if (letGo()) lost.abort(new Error(`the lease ${name} was lost`))
  }

  return {
    name,
    fence,
    signal: lost.signal,
    isHeld: () => held.get(name) === holding && holding.endsAt > node.monotonicMs(),
    async release() {
      letGo()
    },
  }
}
