import { useSyncExternalStore } from 'react'
import { Tooltip as Base } from '@base-ui/react/tooltip'
import styles from './tooltip.module.css'

/** The hint at `anchor`; nothing without one. */
export function TooltipPopup({ anchor }: { anchor: HTMLElement | undefined }) {
  const text = useHint(anchor)
  return (
    <Base.Root open={text !== undefined}>
      <Base.Portal>
        <Base.Positioner
          {...(anchor && { anchor })}
          sideOffset={6}
          collisionPadding={8}
          className={styles.positioner}
        >
          <Base.Popup className={styles.popup} data-tooltip-popup>
            {text}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  )
}

/** Follows the element: its hint may change, and it may go away, while the hint is seen. */
function useHint(anchor: HTMLElement | undefined): string | undefined {
  return useSyncExternalStore(
    (listener) => {
      if (!anchor) return () => undefined
      const observer = new MutationObserver(listener)
      observer.observe(document.body, { subtree: true, childList: true, attributeFilter: ['data-tooltip'] })
      return () => observer.disconnect()
    },
    () => (anchor?.isConnected === true ? anchor.dataset['tooltip'] : undefined),
  )
}
