import type { Logger } from '../lib/logger.ts'

/** Listeners of one kind. Each hears every message in the order they were sent; one that throws harms no other. */
export interface Listeners<M> {
  add(listener: (message: M) => void): () => void
  /** Delivers once the caller has finished its turn. */
  tell(message: M): void
}

export function createListeners<M>(log: Pick<Logger, 'error'> | undefined): Listeners<M> {
  const listeners = new Set<(message: M) => void>()
  return {
    add(listener) {
      // An own function, so that the same listener may be added twice.
      const own = (message: M): void => listener(message)
      listeners.add(own)
      return () => void listeners.delete(own)
    },
    tell(message) {
      queueMicrotask(() => {
        for (const listener of listeners) {
          try {
            listener(message)
          } catch (error) {
            log?.error({ err: error }, 'a listener of the state provider failed')
          }
        }
      })
    },
  }
}
