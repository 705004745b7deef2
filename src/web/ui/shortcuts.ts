import { useLayoutEffect, useRef } from 'react'
import { preferences } from './preferences.ts'

/**
 * What keys do, by key: `j`, `?`, two in a row as `g o`, or `mod+k` (Ctrl, on a Mac ⌘). Keys without `mod` are single keys:
 * they never fire while somebody types, nor from inside a dialog or a menu, and people can switch them off (WCAG 2.1.4).
 */
export type Shortcuts = Readonly<Record<string, () => void>>

export interface ShortcutOptions {
  /** For keys that belong to a dialog: they fire only while the focus is in one. */
  readonly inDialog?: boolean
  /** False: as if nothing were registered. */
  readonly enabled?: boolean
}

interface Registration {
  readonly inDialog: boolean
  readonly shortcuts: () => Shortcuts
}

/** How long after the first key of two the second is awaited. */
const SEQUENCE_MS = 2_000

const TYPING = 'input:not([type=checkbox], [type=radio], [type=button]), textarea, select, [contenteditable]'
const OVERLAY = '[role=dialog], [role=alertdialog], [role=menu], [role=listbox]'

let registrations: readonly Registration[] = []
let first: { readonly key: string; readonly atMs: number } | undefined

/**
 * Registers keys while the component is shown. Where two want the same key, the one shown last has it. They work from the
 * first moment that anything is seen: with an effect after drawing, keys pressed meanwhile would be lost.
 */
export function useShortcuts(
  shortcuts: Shortcuts,
  { inDialog = false, enabled = true }: ShortcutOptions = {},
): void {
  const current = useRef(shortcuts)
  useLayoutEffect(() => {
    current.current = shortcuts
  })
  useLayoutEffect(() => {
    if (!enabled) return undefined
    const registration = { inDialog, shortcuts: () => current.current }
    if (registrations.length === 0) document.addEventListener('keydown', onKeyDown)
    registrations = [registration, ...registrations]
    return () => {
      registrations = registrations.filter((other) => other !== registration)
      if (registrations.length === 0) document.removeEventListener('keydown', onKeyDown)
    }
  }, [inDialog, enabled])
}

function onKeyDown(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing || event.altKey) return
  const hasMod = event.ctrlKey || event.metaKey
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key
  if (!hasMod && (isWithin(event, TYPING) || !preferences().singleKeys)) return
  const isInDialog = isWithin(event, OVERLAY)
  const pressed = hasMod ? [`mod+${key}`] : [...sequence(key, event.timeStamp), key]
  for (const name of pressed) {
    const owner = registrations.find((entry) => entry.inDialog === isInDialog && name in entry.shortcuts())
    if (!owner) continue
    event.preventDefault()
    first = undefined
    owner.shortcuts()[name]?.()
    return
  }
  first = hasMod ? undefined : { key, atMs: event.timeStamp }
}

function isWithin(event: KeyboardEvent, selector: string): boolean {
  return event.target instanceof Element && event.target.closest(selector) !== null
}

function sequence(key: string, atMs: number): string[] {
  if (!first || atMs - first.atMs > SEQUENCE_MS) return []
  return [`${first.key} ${key}`]
}
