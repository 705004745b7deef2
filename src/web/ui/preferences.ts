import { useSyncExternalStore } from 'react'
import * as z from 'zod/mini'
import { catch as orElse } from 'zod/mini'

export const LANGUAGES = ['en', 'de'] as const
export type Language = (typeof LANGUAGES)[number]

/** What somebody has chosen for themselves in this browser. Whatever cannot be read counts as not chosen. */
const Preferences = z.object({
  /** `auto`: as the system. */
  theme: orElse(z.enum(['auto', 'light', 'dark']), 'auto'),
  density: orElse(z.enum(['comfortable', 'compact']), 'comfortable'),
  /** `auto`: the first of the browser's languages that there is. */
  language: orElse(z.enum(['auto', ...LANGUAGES]), 'auto'),
  /** `auto`: the one that administrators have chosen, else that of the device; `device`: that one anyway; else an IANA name. */
  timeZone: orElse(z.string(), 'auto'),
  timeStyle: orElse(z.enum(['relative', 'absolute']), 'relative'),
  /** Whether single keys such as `u` do something. Ctrl K always does. */
  singleKeys: orElse(z.boolean(), true),
  /** Whether menus offer services elsewhere, which then learn the address. */
  lookupLinks: orElse(z.boolean(), true),
})
export type Preferences = z.infer<typeof Preferences>
export type Theme = Preferences['theme']

/** `theme.js`, which runs before the first paint, reads it too. */
const KEY = 'bangui.preferences'

const listeners = new Set<() => void>()
let current = read(stored())

function stored(): string | null {
  try {
    return localStorage.getItem(KEY)
  } catch {
    // Storage may be forbidden; a choice then lasts until the page is closed.
    return null
  }
}

function read(text: string | null): Preferences {
  let value: unknown
  try {
    value = JSON.parse(text ?? '{}')
  } catch {
    value = {}
  }
  const parsed = Preferences.safeParse(value)
  return parsed.success ? parsed.data : Preferences.parse({})
}

function take(next: Preferences): void {
  current = next
  const { dataset } = document.documentElement
  if (next.theme === 'auto') delete dataset['theme']
  else dataset['theme'] = next.theme
  dataset['density'] = next.density
  for (const listener of listeners) listener()
}

export function preferences(): Preferences {
  return current
}

/** Takes effect at once, in the other tabs of this browser too. */
export function setPreferences(changes: Partial<Preferences>): void {
  take({ ...current, ...changes })
  try {
    localStorage.setItem(KEY, JSON.stringify(current))
  } catch {
    // As above.
  }
}

export function onPreferences(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export function usePreferences(): Preferences {
  return useSyncExternalStore(onPreferences, preferences)
}

/** Once, at the start of the page: applies what is stored and follows the other tabs. */
export function startPreferences(): void {
  take(current)
  window.addEventListener('storage', (event) => {
    if (event.key === KEY || event.key === null) take(read(event.newValue))
  })
}
