import { useLayoutEffect, useRef, useState } from 'react'
import { rowAt, scrollTo } from './row-window.ts'
import { headOf, type RowsInSight, type Scroller } from './use-row-window.ts'

/** The row that has the focus, or had it last, and moving it by keys. */
export function useActiveRow(scroller: Scroller, { metrics, scroll }: RowsInSight) {
  const [active, setActive] = useState<number | undefined>(undefined)
  const isComing = useRef(false)

  useLayoutEffect(() => {
    // A row far away is drawn only after the list was scrolled there.
    const row = isComing.current ? rowElement(scroller.current, active) : undefined
    if (!row) return
    isComing.current = false
    row.focus({ preventScroll: true })
  })

  return {
    active,
    setActive,
    element: () => rowElement(scroller.current, active),
    move(by: 1 | -1): void {
      const element = scroller.current
      if (!element || metrics.total === 0) return
      const start = active ?? rowAt(metrics, element.scrollTop) - (by > 0 ? 1 : 0)
      const next = Math.min(metrics.total - 1, Math.max(0, start + by))
      isComing.current = true
      setActive(next)
      scroll(scrollTo(metrics, next, element.scrollTop, element.clientHeight - headOf(element)))
    },
  }
}

function rowElement(scroller: HTMLElement | null, index: number | undefined): HTMLElement | undefined {
  if (index === undefined) return undefined
  return scroller?.querySelector<HTMLElement>(`[data-index="${index}"]`) ?? undefined
}
