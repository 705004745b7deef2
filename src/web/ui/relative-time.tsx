import { useSyncExternalStore } from 'react'
import { usePreferences } from './preferences.ts'
import { formatAbsolute, formatMoment, formatRelative } from './time.ts'
import { Tooltip } from './tooltip.tsx'
import styles from './relative-time.module.css'

const listeners = new Set<() => void>()
let timer: ReturnType<typeof setInterval> | undefined

/** One clock for all times on the screen. */
function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  timer ??= setInterval(() => {
    for (const notify of listeners) notify()
  }, 1000)
  return () => {
    listeners.delete(listener)
    if (listeners.size > 0) return
    clearInterval(timer)
    timer = undefined
  }
}

/** A moment as its distance from now, or as date and time where that was chosen; time, zone and UTC on hover. */
export function RelativeTime({ at }: { at: string }) {
  const { timeStyle } = usePreferences()
  // The text is the snapshot, so a row is drawn again only when its words change.
  const text = useSyncExternalStore(subscribe, () =>
    timeStyle === 'absolute' ? formatAbsolute(at) : formatRelative(at, Date.now()),
  )
  return (
    <Tooltip text={formatMoment(at)}>
      <time className={styles.time} dateTime={at}>
        {text}
      </time>
    </Tooltip>
  )
}
