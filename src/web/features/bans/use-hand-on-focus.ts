import { useLayoutEffect, useRef, type RefObject } from 'react'

/**
 * When a row goes away with the focus in it, the same control of its neighbour gets the focus, not the top of the page.
 * `isLeaving` is asked then; a row that is only scrolled out of sight keeps it to itself.
 */
export function useHandOnFocus<T extends HTMLElement = HTMLTableRowElement>(
  control: string,
  isLeaving: () => boolean = () => true,
): RefObject<T | null> {
  const ref = useRef<T>(null)
  const leaving = useRef(isLeaving)
  useLayoutEffect(() => {
    leaving.current = isLeaving
  })
  useLayoutEffect(() => {
    const row = ref.current
    return () => {
      if (!row?.contains(document.activeElement) || !leaving.current()) return
      const inside = (element: Element | null) => element?.querySelector<HTMLElement>(control)
      const heir = inside(row.nextElementSibling) ?? inside(row.previousElementSibling)
      queueMicrotask(() => heir?.focus({ preventScroll: true }))
    }
  }, [control])
  return ref
}
