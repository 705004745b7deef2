import type { ReactNode } from 'react'
import { Progress as Base } from '@base-ui/react/progress'
import { cx } from './class-names.ts'
import styles from './progress.module.css'

/** How far something has come. Without `value` something goes on whose end is not known. */
export function Progress({
  label,
  hideLabel = false,
  value,
  max = 100,
  detail,
  failed = false,
}: {
  label: string
  hideLabel?: boolean
  value?: number | undefined
  max?: number
  /** At the end of the line, in words: "8,412 of 100,000". */
  detail?: ReactNode
  /** It has ended before its end; say why in `detail`. */
  failed?: boolean
}) {
  return (
    <Base.Root className={styles.progress} value={value ?? null} max={max}>
      <Base.Label className={hideLabel ? 'visually-hidden' : styles.label}>{label}</Base.Label>
      {detail !== undefined && <span className={styles.detail}>{detail}</span>}
      <Base.Track className={styles.track}>
        <Base.Indicator className={cx(styles.bar, failed && styles.failed)} />
      </Base.Track>
    </Base.Root>
  )
}
