import type { Tone } from './badge.tsx'

export interface ToastOptions {
  readonly tone: Tone
  readonly title: string
  readonly detail?: string | undefined
  /** Runs once; the toast goes away with it. */
  readonly undo?: (() => void) | undefined
}

let show: ((options: ToastOptions) => void) | undefined
let waiting: readonly ToastOptions[] = []
const listeners = new Set<() => void>()

/** A message about something the user did. Its clock stops while the pointer or the focus is on it. */
export function showToast(options: ToastOptions): void {
  if (show) return show(options)
  waiting = [...waiting, options]
  for (const listener of listeners) listener()
  return undefined
}

/** For the component that shows them: takes over, with what has waited for it. */
export function takeOverToasts(showOne: (options: ToastOptions) => void): () => void {
  show = showOne
  for (const options of waiting) showOne(options)
  waiting = []
  return () => {
    show = undefined
  }
}

/** Whether there has been something to show. */
export function areToastsNeeded(): boolean {
  return show !== undefined || waiting.length > 0
}

export function onToastNeeded(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
