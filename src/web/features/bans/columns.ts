import { useSyncExternalStore } from 'react'
import type { MessageDescriptor } from '@lingui/core'
import { msg } from '@lingui/core/macro'
import type { BanSort } from '../../../shared/ban.ts'

export type Column = 'jail' | 'reason' | 'banCount' | 'bannedAt' | 'expiresAt'

interface ColumnKind {
  readonly column: Column
  readonly title: MessageDescriptor
  /** How it is sorted at the first click: newest first, but first of the alphabet. */
  readonly sort?: BanSort
}

export const COLUMNS: readonly ColumnKind[] = [
  { column: 'jail', title: msg`Jail`, sort: 'jail' },
  { column: 'reason', title: msg`Reason` },
  { column: 'banCount', title: msg`Times banned`, sort: '-banCount' },
  { column: 'bannedAt', title: msg`Banned`, sort: '-bannedAt' },
  { column: 'expiresAt', title: msg`Ends`, sort: 'expiresAt' },
]

/** How often an address was banned stands with the reason as well. */
const HIDDEN_AT_FIRST: readonly Column[] = ['banCount']
const KEY = 'bangui.bans.hidden-columns'

const listeners = new Set<() => void>()
let hidden = read()

function read(): readonly Column[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(KEY) ?? 'null')
    if (!Array.isArray(stored)) return HIDDEN_AT_FIRST
    return COLUMNS.map(({ column }) => column).filter((column) => stored.includes(column))
  } catch {
    return HIDDEN_AT_FIRST
  }
}

/** Which columns somebody has hidden in this browser. */
export function useHiddenColumns(): readonly Column[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => hidden,
  )
}

export function showColumn(column: Column, isShown: boolean): void {
  hidden = isShown ? hidden.filter((other) => other !== column) : [...hidden, column]
  for (const listener of listeners) listener()
  try {
    localStorage.setItem(KEY, JSON.stringify(hidden))
  } catch {
    // Storage may be forbidden; the choice then lasts until the page is closed.
  }
}

/** The order after a click on a column's title: its first one, then the other way round. */
export function nextSort(sort: BanSort, first: BanSort): BanSort {
  if (sort !== first) return first
  return (first.startsWith('-') ? first.slice(1) : `-${first}`) as BanSort
}

export function directionOf(sort: BanSort, first: BanSort): 'ascending' | 'descending' | 'none' {
  const name = first.replace('-', '')
  if (sort === name) return 'ascending'
  return sort === `-${name}` ? 'descending' : 'none'
}
