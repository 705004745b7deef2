import { StateUnavailable } from './state-provider.ts'

/** The time between a node's start and its stop. */
export interface NodeLife {
  /** Throws StateUnavailable outside of it. */
  assertRunning(): void
  /** What must end with the node, at the latest; the returned function ends it earlier. */
  owns(end: () => void): () => void
  isRunning(): boolean
}

export function createNodeLife(): NodeLife & { begin(): void; end(): void } {
  let running = false
  const owned = new Set<() => void>()
  return {
    assertRunning() {
      if (!running) throw new StateUnavailable(new Error('the state provider is not running'))
    },
    owns(end) {
      const endOnce = (): void => {
        if (owned.delete(endOnce)) end()
      }
      owned.add(endOnce)
      return endOnce
    },
    begin() {
      running = true
    },
    end() {
      running = false
      for (const end of owned) end()
    },
    isRunning: () => running,
  }
}
