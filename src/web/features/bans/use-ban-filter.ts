import { useCallback, useEffect, useRef, useState } from 'react'
import { t } from '@lingui/core/macro'
import { useSearchParams } from 'react-router'
import { BanSort } from '../../../shared/ban.ts'
import { NEWEST_FIRST, type BanFilter } from './bans.queries.ts'

const URL_DELAY_MS = 250

export interface BanFilterState {
  /** What the list shows. */
  readonly applied: BanFilter
  /** What is typed, at most 250 ms ahead of what is applied. */
  readonly text: string
  readonly isActive: boolean
  setText: (text: string) => void
  setJail: (jail: string) => void
  setSort: (sort: BanSort) => void
  clear: () => void
}

/**
 * The filter lives in the address (`?q=&jail=&sort=`), so that a reload, the back button and a bookmark keep it. What is
 * typed does not wait for that: a field bound to the address would drop and reorder characters.
 */
export function useBanFilter(): BanFilterState {
  const [params, setParams] = useSearchParams()
  const q = params.get('q') ?? ''
  const jail = params.get('jail') ?? ''
  const sort = BanSort.safeParse(params.get('sort')).data ?? NEWEST_FIRST

  const update = useCallback(
    (values: Readonly<Record<string, string>>) => {
      setParams(
        (current) => {
          for (const [name, value] of Object.entries(values)) {
            if (value === '') current.delete(name)
            else current.set(name, value)
          }
          return current
        },
        { replace: true, preventScrollReset: true },
      )
    },
    [setParams],
  )

  const [text, setText] = useState(q)
  const written = useRef(q)
  useEffect(() => {
    // Somebody else changed the address: the back button, a link.
    if (q === written.current) return
    written.current = q
    setText(q)
  }, [q])
  useEffect(() => {
    const wanted = text.trim()
    if (wanted === written.current) return undefined
    const timer = setTimeout(() => {
      written.current = wanted
      update({ q: wanted })
    }, URL_DELAY_MS)
    return () => clearTimeout(timer)
  }, [text, update])

  const clear = useCallback(() => {
    written.current = ''
    setText('')
    update({ q: '', jail: '' })
  }, [update])

  return {
    applied: { q, jail, sort },
    text,
    isActive: q !== '' || jail !== '',
    setText,
    setJail: (next) => update({ jail: next }),
    setSort: (next) => update({ sort: next === NEWEST_FIRST ? '' : next }),
    clear,
  }
}

/** All bans that a filter lets through, in words. */
export function wordsOf({ q, jail }: Pick<BanFilter, 'q' | 'jail'>): string {
  if (q !== '' && jail !== '') return t`all bans that match “${q}” in ${jail}`
  if (q !== '') return t`all bans that match “${q}”`
  return jail === '' ? t`all bans` : t`all bans in ${jail}`
}
