import { cloneElement, type ReactElement } from 'react'

/**
 * A hint on hover and focus; on a touch screen on touch. It repeats or explains; nothing may be told by it alone. The element
 * only carries the text: the one TooltipRegion of the page shows it.
 */
export function Tooltip({ text, children }: { text: string; children: ReactElement<TooltipProps> }) {
  return cloneElement(children, { 'data-tooltip': text })
}

interface TooltipProps {
  readonly 'data-tooltip'?: string
}
