import { useSyncExternalStore } from 'react'

let interrupted = false
const listeners = new Set<() => void>()

/**
 * Whether the server's session store is away (503 `state-unavailable`). People are still signed in then: they stay where
 * they are, with what they have typed, and a banner says so until an answer comes again.
 */
export function setSessionStoreInterrupted(value: boolean): void {
  if (interrupted === value) return
  interrupted = value
  for (const listener of listeners) listener()
}

export function useSessionStoreInterrupted(): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => interrupted,
  )
}
