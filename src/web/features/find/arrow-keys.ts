import { useEffect, type RefObject } from 'react'

const CONTROLS = 'button, a[href], summary'

/** Moves the focus to the next or previous control within a part of the page; false before the first. */
export function moveFocus(part: HTMLElement | null, step: 1 | -1): boolean {
  const controls = [...(part?.querySelectorAll<HTMLElement>(CONTROLS) ?? [])].filter((control) =>
    control.checkVisibility({ opacityProperty: true, visibilityProperty: true }),
  )
  const current = controls.findIndex((control) => control === document.activeElement)
  const next = controls[current === -1 ? 0 : current + step]
  next?.focus()
  return next !== undefined || step === 1
}

/** Up and down lead from control to control of `part`, and up from the first one back to `field`. */
export function useArrowKeys(
  part: RefObject<HTMLElement | null>,
  field: RefObject<HTMLElement | null>,
): void {
  useEffect(() => {
    const element = part.current
    const onKeyDown = (event: KeyboardEvent) => {
      const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : undefined
      if (step === undefined || event.defaultPrevented) return
      event.preventDefault()
      if (!moveFocus(element, step)) field.current?.focus()
    }
    element?.addEventListener('keydown', onKeyDown)
    return () => element?.removeEventListener('keydown', onKeyDown)
  }, [part, field])
}
