import { useLayoutEffect, useRef, type RefObject } from 'react'

/** When a row goes away with the focus in it, the same control of its neighbour gets the focus, not the top of the page. */
export function useHandOnFocus(control: string): RefObject<HTMLTableRowElement | null> {
  const ref = useRef<HTMLTableRowElement>(null)
  useLayoutEffect(() => {
    const row = ref.current
    return () => {
      if (!row?.contains(document.activeElement)) return
      const inside = (element: Element | null) => element?.querySelector<HTMLElement>(control)
      const heir = inside(row.nextElementSibling) ?? inside(row.previousElementSibling)
      queueMicrotask(() => heir?.focus({ preventScroll: true }))
    }
  }, [control])
  return ref
}
