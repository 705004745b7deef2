import { useEffect, useState } from 'react'
import { useSearchParams } from 'react-router'
import type { Jail } from '../../../shared/jail.ts'
import type { SortDirection } from '../../ui/table.tsx'

export type JailSort = 'name' | 'banned' | 'failed'

export interface JailsFilter {
  readonly typed: string
  readonly setTyped: (text: string) => void
  directionOf: (sort: JailSort) => SortDirection
  toggle: (sort: JailSort) => void
  /** What is left of them, in order. */
  apply: <T extends { readonly jail: Jail }>(rows: readonly T[]) => T[]
}

/** The address follows what is typed once there is a pause: bound to it directly, fast typing loses characters. */
const SETTLE_MS = 250

/** The filter of the list of jails, kept in the page's address as `?q=&sort=`. */
export function useJailsFilter(): JailsFilter {
  const [params, setParams] = useSearchParams()
  const inAddress = params.get('q') ?? ''
  const [typed, setTyped] = useState(inAddress)
  const [written, setWritten] = useState(inAddress)
  // Somebody has gone back, or followed a link.
  if (inAddress !== written) {
    setWritten(inAddress)
    setTyped(inAddress)
  }
  const text = params.get('sort') ?? ''
  const isDown = text.startsWith('-')
  const bare = isDown ? text.slice(1) : text
  const sort: JailSort = bare === 'banned' || bare === 'failed' ? bare : 'name'

  useEffect(() => {
    const wanted = typed.trim()
    if (wanted === inAddress) return undefined
    const timer = setTimeout(() => {
      setWritten(wanted)
      setParams((current) => withValue(current, 'q', wanted), REPLACE)
    }, SETTLE_MS)
    return () => clearTimeout(timer)
  }, [typed, inAddress, setParams])

  return {
    typed,
    setTyped,
    directionOf: (column) => (column !== sort ? 'none' : isDown ? 'descending' : 'ascending'),
    toggle(column) {
      // Numbers are wanted from the top, names from the beginning.
      const next = column !== sort ? (column === 'name' ? '' : `-${column}`) : isDown ? column : `-${column}`
      setParams((current) => withValue(current, 'sort', next === 'name' ? '' : next), REPLACE)
    },
    apply(rows) {
      const wanted = typed.trim().toLowerCase()
      const left = rows.filter(({ jail }) => jail.name.toLowerCase().includes(wanted))
      return left.toSorted((a, b) => compare(a.jail, b.jail, sort) * (isDown ? -1 : 1))
    },
  }
}

const REPLACE = { replace: true, preventScrollReset: true } as const

function withValue(current: URLSearchParams, name: string, value: string): URLSearchParams {
  if (value === '') current.delete(name)
  else current.set(name, value)
  return current
}

function compare(a: Jail, b: Jail, sort: JailSort): number {
  if (sort === 'banned') return a.currentlyBanned - b.currentlyBanned
  if (sort === 'failed') return a.currentlyFailed - b.currentlyFailed
  return a.name < b.name ? -1 : 1
}
