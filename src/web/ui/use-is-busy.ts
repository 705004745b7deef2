import { useEffect, useState, type RefObject } from 'react'

/** Whether a mouse is on the region, or the keyboard in it. */
export function useIsBusy(region: RefObject<HTMLElement | null>): boolean {
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
