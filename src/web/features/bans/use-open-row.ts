import { useCallback, useState } from 'react'
import { keyOf, sameBan, type BanKey } from './ban-pages.ts'
import type { BanListView } from './use-ban-list.ts'

interface OpenRow {
  readonly index: number
  readonly ban: BanKey
  /** Of what stands below the row, in pixels. */
  readonly height: number
}

/** The one row that shows all that is known of its ban. It closes when the list shows something else in its place. */
export function useOpenRow(list: BanListView) {
  const [open, setOpen] = useState<OpenRow | undefined>(undefined)
  const there = open && list.banAt(open.index)
  const isBeyond = open !== undefined && list.figures !== undefined && open.index >= list.figures.total
  if (open && (isBeyond || (there && keyOf(there) !== keyOf(open.ban)))) setOpen(undefined)
  return {
    open,
    close: useCallback(() => setOpen(undefined), []),
    toggle: useCallback(
      (index: number, ban: BanKey) =>
        setOpen((now) => (now && sameBan(now.ban, ban) ? undefined : { index, ban, height: 0 })),
      [],
    ),
    measure: useCallback(
      (height: number) => setOpen((now) => (now && now.height !== height ? { ...now, height } : now)),
      [],
    ),
  }
}
