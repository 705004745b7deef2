import { useLayoutEffect, type RefObject } from 'react'

/** Tells the style of a list where it begins on the page, so that it can reach down to the bottom of the window. */
export function useListHeight(list: RefObject<HTMLElement | null>): void {
  useLayoutEffect(() => {
    const element = list.current
    if (!element) return undefined
    const measure = () => {
      const top = Math.round(element.getBoundingClientRect().top + window.scrollY)
      element.style.setProperty('--list-top', `${top}px`)
    }
    measure()
    // What comes or goes above it changes the height of the page, or is drawn together with the list.
    const observer = new ResizeObserver(measure)
    observer.observe(document.body)
    return () => observer.disconnect()
  })
}
