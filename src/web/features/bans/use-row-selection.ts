import { useRef } from 'react'
import { withBans, type Selection } from './selection.ts'
import type { BanListView } from './use-ban-list.ts'
import { useStable } from './use-stable.ts'

/** Selects a row, or with Shift all from the one before to it, as far as they are loaded. */
export function useRowSelection(
  list: BanListView,
  selection: Selection,
  onSelect: (selection: Selection) => void,
): (index: number, isIn: boolean, isRange: boolean) => void {
  const anchor = useRef<number>(undefined)
  return useStable((index: number, isIn: boolean, isRange: boolean) => {
    const from = isRange && anchor.current !== undefined ? anchor.current : index
    anchor.current = index
    const [low, high] = [Math.min(from, index), Math.max(from, index)]
    const bans = Array.from({ length: high - low + 1 }, (_, offset) => list.banAt(low + offset))
    const known = bans.filter((ban) => ban !== undefined)
    onSelect(withBans(selection, known, isIn, list.shown))
  })
}
