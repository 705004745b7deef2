import type { ReactNode } from 'react'
import { ToneIcon, type Tone } from './badge.tsx'
import { cx } from './class-names.ts'
import styles from './banner.module.css'

/** A message that stays until its cause is gone. `urgent` interrupts a screen reader. */
export function Banner({
  tone,
  urgent = false,
  action,
  children,
}: {
  tone: Tone
  urgent?: boolean
  action?: ReactNode
  children: ReactNode
}) {
  return (
    <div className={cx(styles.banner, styles[tone])} role={urgent ? 'alert' : 'status'}>
      <ToneIcon tone={tone} size={18} />
      <div className={styles.text}>{children}</div>
      {action !== undefined && <div className={styles.action}>{action}</div>}
    </div>
  )
}
