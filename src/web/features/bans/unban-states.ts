import { useSyncExternalStore } from 'react'
import { keyOf, type BanKey } from './ban-pages.ts'

/**
 * What is under way with a ban, kept outside of its row: rows of a long list come and go while it is scrolled.
 * failed: `retry` is what was tried. done: the ban is gone, and its row is about to go.
 */
export type UnbanState =
  | { readonly phase: 'pending' }
  | { readonly phase: 'failed'; readonly error: Error; readonly retry: () => void }
  | { readonly phase: 'done' }

const states = new Map<string, UnbanState>()
const listeners = new Set<() => void>()

/** Long enough for a row to go, and to hand on the focus. */
const DONE_MS = 2_000

export function setUnbanState(bans: readonly BanKey[], state: UnbanState | undefined): void {
  for (const ban of bans) {
    if (state) states.set(keyOf(ban), state)
    else states.delete(keyOf(ban))
  }
  for (const listener of listeners) listener()
  if (state?.phase !== 'done') return
  setTimeout(() => {
    for (const ban of bans) if (states.get(keyOf(ban)) === state) states.delete(keyOf(ban))
  }, DONE_MS)
}

export function unbanStateOf(key: string): UnbanState | undefined {
  return states.get(key)
}

export function useUnbanState(ban: BanKey): UnbanState | undefined {
  const key = keyOf(ban)
  return useSyncExternalStore(subscribe, () => states.get(key))
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
