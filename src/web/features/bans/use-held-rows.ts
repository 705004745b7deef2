import { useEffect, useState, type RefObject } from 'react'
import type { Ban } from '../../../shared/ban.ts'
import { countLeadingNew } from './held-rows.ts'
import { keyOf } from './ban-pages.ts'

/**
 * While the mouse or the keyboard is on the list, new bans wait above it instead of pushing it down: a row must not slip away
 * under a click on Unban.
 */
export function useHeldRows(
  bans: readonly Ban[],
  region: RefObject<HTMLElement | null>,
  newestFirst: boolean,
): { rows: readonly Ban[]; waiting: number; release: () => void } {
  const isBusy = useIsBusy(region)
  const [known, setKnown] = useState<ReadonlySet<string> | undefined>(undefined)

  const hold = isBusy && newestFirst
  if (hold && known === undefined) setKnown(new Set(bans.map(keyOf)))
  if (!hold && known !== undefined) setKnown(undefined)

  const waiting = known ? countLeadingNew(bans, known) : 0
  return {
    rows: waiting === 0 ? bans : bans.slice(waiting),
    waiting,
    release: () => setKnown(new Set(bans.map(keyOf))),
  }
}

function useIsBusy(region: RefObject<HTMLElement | null>): boolean {
  const [isBusy, setBusy] = useState(false)
  useEffect(() => {
    const element = region.current
    if (!element) return undefined
    const judge = () => setBusy(element.matches(':hover') || element.querySelector(':focus-visible') !== null)
    // A touch leaves :hover behind, so only a mouse counts.
    const onPointer = (event: PointerEvent) => {
      if (event.pointerType === 'mouse') judge()
    }
    const onFocus = () => queueMicrotask(judge)
    element.addEventListener('pointerenter', onPointer)
    element.addEventListener('pointerleave', onPointer)
    element.addEventListener('focusin', onFocus)
    element.addEventListener('focusout', onFocus)
    return () => {
      element.removeEventListener('pointerenter', onPointer)
      element.removeEventListener('pointerleave', onPointer)
      element.removeEventListener('focusin', onFocus)
      element.removeEventListener('focusout', onFocus)
    }
  }, [region])
  return isBusy
}
