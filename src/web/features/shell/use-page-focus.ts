import { useEffect, useRef, type RefObject } from 'react'
import { useLocation } from 'react-router'

/** The state of a link within a page, such as a tab: the focus stays where it is. */
export const KEEP_FOCUS = { keepFocus: true } as const

/** After a change of page the focus is on its title, so that screen readers read it and the keyboard begins there. */
export function usePageFocus(main: RefObject<HTMLElement | null>): void {
  const { pathname, state } = useLocation()
  const shown = useRef(pathname)
  useEffect(() => {
    if (shown.current === pathname) return
    shown.current = pathname
    if (keepsFocus(state)) return
    const target = main.current?.querySelector('h1') ?? main.current
    if (!target) return
    target.setAttribute('tabindex', '-1')
    target.focus({ preventScroll: true })
  }, [main, pathname, state])
}

function keepsFocus(state: unknown): boolean {
  return typeof state === 'object' && state !== null && 'keepFocus' in state
}
