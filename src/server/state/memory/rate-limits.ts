import type { RateLimits, Rule } from '../state-provider.ts'
import type { NodeLife } from '../node-life.ts'

/** Windows beyond this push out the oldest: an attacker who changes addresses cannot fill the memory. */
const MOST_WINDOWS = 100_000

interface Window {
  used: number
  readonly endsAt: number
}

/** By rule and key; shared by all nodes. */
export type Windows = Map<string, Window>

/** Drops what has ended; `at` is in the same monotonic milliseconds as below. */
export function sweepWindows(windows: Windows, at: number): void {
  for (const [id, window] of windows) if (window.endsAt <= at) windows.delete(id)
}

/** Counts in this process's memory. `monotonicMs` does not jump when somebody sets the clock. */
export function createMemoryRateLimits(
  windows: Windows,
  node: Pick<NodeLife, 'assertRunning'> & { monotonicMs: () => number },
): RateLimits {
  const { monotonicMs } = node
  const idOf = (rule: Rule, key: string): string => `${rule.name}\0${key}`

  function open(rule: Rule, key: string): Window {
    const id = idOf(rule, key)
    const known = windows.get(id)
    if (known && known.endsAt > monotonicMs()) return known
    windows.delete(id)
    const window = { used: 0, endsAt: monotonicMs() + rule.windowSeconds * 1_000 }
    windows.set(id, window)
    if (windows.size > MOST_WINDOWS) windows.delete(windows.keys().next().value ?? id)
    return window
  }

  return {
    async consume(rule, key, cost = 1) {
      node.assertRunning()
      const window = open(rule, key)
      const allowed = window.used + cost <= rule.points
      if (allowed) window.used += cost
      return {
        allowed,
        used: window.used,
        limit: rule.points,
        resetMs: Math.ceil(window.endsAt - monotonicMs()),
      }
    },

    async refund(rule, key, cost = 1) {
      node.assertRunning()
      const window = windows.get(idOf(rule, key))
      if (window) window.used = Math.max(0, window.used - cost)
    },

    async reset(rule, key) {
      node.assertRunning()
      windows.delete(idOf(rule, key))
    },
  }
}
