import type { ReactNode } from 'react'
import { ToneIcon, type Tone } from './badge.tsx'
import { cx } from './class-names.ts'
import styles from './empty-state.module.css'

/** Stands where data would be and says whether its absence is good. */
export function EmptyState({
  tone,
  title,
  detail,
  action,
}: {
  tone: Tone
  title: string
  detail?: ReactNode
  action?: ReactNode
}) {
  return (
    <div className={styles.empty} role={tone === 'danger' ? 'alert' : 'status'}>
      <span className={cx(styles.icon, styles[tone])}>
        <ToneIcon tone={tone} size={22} />
      </span>
      <p className={styles.title}>{title}</p>
      {detail !== undefined && <p className={styles.detail}>{detail}</p>}
      {action !== undefined && <div className={styles.action}>{action}</div>}
    </div>
  )
}
