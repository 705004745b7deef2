import { t } from '@lingui/core/macro'
import styles from './skeleton.module.css'

/**
 * Grey lines in the size of what is coming. They appear only after 200 ms, so that a fast answer does not flicker,
 * but hold their place from the start.
 */
export function Skeleton({ rows = 1, height }: { rows?: number; height: number }) {
  return (
    <output className={styles.skeleton}>
      <span className="visually-hidden">{t`Loading`}</span>
      {Array.from({ length: rows }, (_, index) => (
        <span key={index} className={styles.row} style={{ height }}>
          <span className={styles.bar} style={{ width: `${92 - ((index * 17) % 40)}%` }} />
        </span>
      ))}
    </output>
  )
}
