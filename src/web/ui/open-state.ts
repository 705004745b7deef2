import { useSyncExternalStore } from 'react'

export interface OpenState {
  readonly set: (open: boolean) => void
  readonly use: () => boolean
}

/** Whether a dialog is open that several buttons and keys of different places open. */
export function createOpenState(): OpenState {
  let isOpen = false
  const listeners = new Set<() => void>()
  const subscribe = (listener: () => void) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }
  return {
    set(open) {
      isOpen = open
      for (const listener of listeners) listener()
    },
    use: () => useSyncExternalStore(subscribe, () => isOpen),
  }
}
