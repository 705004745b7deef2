import { useEffect, useLayoutEffect, useRef, useState, type KeyboardEvent, type RefObject } from 'react'
import { heightOf, rowAt, windowOf, type RowMetrics, type RowWindow } from './row-window.ts'
import { sameFilter, type BanListView } from './use-ban-list.ts'

/** Height of a row before one was drawn. */
const ASSUMED_HEIGHT = 38

export type Scroller = RefObject<HTMLElement | null>

export interface RowsInSight {
  readonly metrics: RowMetrics
  readonly window: RowWindow
  readonly isScrolled: boolean
  onScroll: () => void
  /** Goes to a place at once, in pixels from the top. */
  scroll: (top: number) => void
}

/** Which rows are drawn, by how far the list is scrolled. */
export function useRowWindow(scroller: Scroller, list: BanListView, open: RowMetrics['open']): RowsInSight {
  const total = list.figures?.total ?? 0
  const [place, setPlace] = useState({ scrollTop: 0, height: 600 })
  const [rowHeight, setRowHeight] = useState(ASSUMED_HEIGHT)
  const metrics: RowMetrics = { total, rowHeight, open: open && open.index < total ? open : undefined }
  const shown = windowOf(metrics, place.scrollTop, place.height)
  const { look } = list
  useEffect(() => look({ first: shown.first, end: Math.max(1, shown.end) }), [look, shown.first, shown.end])

  function onScroll(): void {
    const element = scroller.current
    if (!element) return
    const next = { scrollTop: element.scrollTop, height: element.clientHeight }
    // Between two rows nothing changes that is drawn.
    const isSame =
      rowAt(metrics, next.scrollTop) === rowAt(metrics, place.scrollTop) &&
      next.height === place.height &&
      isDown(next) === isDown(place)
    if (!isSame) setPlace(next)
  }

  useLayoutEffect(() => {
    const element = scroller.current
    if (!element) return undefined
    const observer = new ResizeObserver(() => {
      const row = element.querySelector('[data-row]')
      // The zoom of the browser makes rows a fraction of a pixel higher or lower.
      if (row) setRowHeight(row.getBoundingClientRect().height)
      onScroll()
    })
    observer.observe(element)
    const [body] = element.getElementsByTagName('tbody')
    if (body) observer.observe(body)
    return () => observer.disconnect()
  })

  // Whatever else is listed is read from its beginning.
  const listed = useRef(list.filter)
  useLayoutEffect(() => {
    if (sameFilter(listed.current, list.filter)) return
    listed.current = list.filter
    scroller.current?.scrollTo({ top: 0 })
  })

  return {
    metrics,
    window: shown,
    isScrolled: isDown(place),
    onScroll,
    scroll(top) {
      scroller.current?.scrollTo({ top })
      onScroll()
    },
  }
}

function isDown({ scrollTop }: { scrollTop: number }): boolean {
  return scrollTop > 1
}

export function headOf(scroller: HTMLElement): number {
  return scroller.getElementsByTagName('thead')[0]?.offsetHeight ?? 0
}

/** Home, End, Page up and Page down: at once, however long the list is. */
export function onPageKey(event: KeyboardEvent<HTMLElement>, { metrics, scroll }: RowsInSight): void {
  const element = event.currentTarget
  const page = element.clientHeight - headOf(element) - metrics.rowHeight
  const places: Readonly<Record<string, number>> = {
    Home: 0,
    End: heightOf(metrics) + headOf(element),
    PageUp: element.scrollTop - page,
    PageDown: element.scrollTop + page,
  }
  const place = places[event.key]
  if (place === undefined) return
  event.preventDefault()
  scroll(place)
}
