import type { NodeLife } from './node-life.ts'

/** Those who wait for a lock, by its name, first come first. */
export interface LockQueue {
  /** Resolves when the lock may be free, after `ms`, or when the node stops. */
  wait(name: string, ms: number, node: NodeLife): Promise<void>
  /** The lock may be free. */
  wake(name: string): void
}

export function createLockQueue(): LockQueue {
  const waiting = new Map<string, Set<() => void>>()
  return {
    async wait(name, ms, node) {
      const queue = waiting.get(name) ?? new Set()
      waiting.set(name, queue)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(wake, Math.ceil(Math.max(1, ms)))
        timer.unref()
        const endWithNode = node.owns(wake)
        queue.add(wake)

        function wake(): void {
          clearTimeout(timer)
          queue.delete(wake)
          endWithNode()
          resolve()
        }
      })
      if (queue.size === 0 && waiting.get(name) === queue) waiting.delete(name)
    },

    wake(name) {
      for (const wake of waiting.get(name) ?? []) wake()
    },
  }
}
