import { Suspense, useEffect, useState } from 'react'
import { lazyPart } from './lazy-part.ts'

const load = () => import('./tooltip-popup.tsx')
const TooltipPopup = lazyPart(async () => (await load()).TooltipPopup)

const DELAY_MS = 300

/** Where hints appear: one for the page, at the element that is pointed at or focused. */
export function TooltipRegion() {
  const anchor = useAnchor()
  // Kept from the first hint on, so that the next one finds it loaded.
  const [wasShown, setWasShown] = useState(false)
  if (anchor && !wasShown) setWasShown(true)
  return wasShown ? (
    <Suspense fallback={null}>
      <TooltipPopup anchor={anchor} />
    </Suspense>
  ) : null
}

/** The element whose hint is to be seen now. */
function useAnchor(): HTMLElement | undefined {
  const [anchor, setAnchor] = useState<HTMLElement | undefined>(undefined)
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const after = (ms: number, next: HTMLElement | undefined) => {
      clearTimeout(timer)
      timer = setTimeout(() => setAnchor(next), ms)
    }
    const onPointer = ({ target, pointerType }: PointerEvent) => {
      // People may move onto the hint itself, to read or copy it.
      if (target instanceof Element && target.closest('[data-tooltip-popup]')) clearTimeout(timer)
      else after(pointerType === 'touch' ? 0 : DELAY_MS, hintedAt(target))
    }
    const onFocus = ({ target }: FocusEvent) => {
      const focused = hintedAt(target)
      if (focused?.matches(':focus-visible') === true) after(0, focused)
    }
    const onBlur = () => after(0, undefined)
    const onKey = ({ key }: KeyboardEvent) => {
      if (key === 'Escape') after(0, undefined)
    }
    document.addEventListener('pointerover', onPointer)
    document.addEventListener('focusin', onFocus)
    document.addEventListener('focusout', onBlur)
    document.addEventListener('keydown', onKey)
    document.addEventListener('scroll', onBlur, { capture: true, passive: true })
    return () => {
      clearTimeout(timer)
      document.removeEventListener('pointerover', onPointer)
      document.removeEventListener('focusin', onFocus)
      document.removeEventListener('focusout', onBlur)
      document.removeEventListener('keydown', onKey)
      document.removeEventListener('scroll', onBlur, { capture: true })
    }
  }, [])
  return anchor
}

function hintedAt(target: EventTarget | null): HTMLElement | undefined {
  return target instanceof Element ? (target.closest<HTMLElement>('[data-tooltip]') ?? undefined) : undefined
}
