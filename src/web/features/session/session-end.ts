import { sessionHint } from './session-hint.ts'

/**
 * Whether the session of this page has ended without its user's doing: it expired, or was revoked. The page then waits,
 * hidden, with everything that was typed, until its user signs in again.
 */
export const sessionEnd = {
  /** The first word of it counts: several requests may be told so at once. */
  note: (): void => {
    // Somebody who signs out is told so, too, by what was just being asked for.
    if (hasEnded || !sessionHint.mayExist) return
    focused = document.activeElement
    scrolledTo = window.scrollY
    sessionHint.mayExist = false
    set(true)
  },

  /** Signed in again. The result puts people back where they were, once the page is shown. */
  heal: (): (() => void) => {
    const element = focused
    const top = scrolledTo
    sessionHint.mayExist = true
    set(false)
    return () => {
      window.scrollTo({ top })
      if (element instanceof HTMLElement && element.isConnected) element.focus({ preventScroll: true })
    }
  },

  /** The page has been left; true if it had been waiting. */
  forget: (): boolean => {
    const wasWaiting = hasEnded
    set(false)
    return wasWaiting
  },

  hasCome: (): boolean => hasEnded,

  subscribe: (listener: () => void): (() => void) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  },
}

let hasEnded = false
let focused: Element | null = null
let scrolledTo = 0
const listeners = new Set<() => void>()

function set(value: boolean): void {
  if (hasEnded === value) return
  hasEnded = value
  if (!value) focused = null
  for (const listener of listeners) listener()
}
