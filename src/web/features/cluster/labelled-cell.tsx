import type { ReactNode } from 'react'
import { Cell } from '../../ui/table.tsx'
import { cx } from '../../ui/class-names.ts'
import styles from './health-page.module.css'

/** A cell that brings the title of its column along where the row is a card and the titles are out of sight. */
export function LabelledCell({
  label,
  numeric = false,
  className,
  children,
}: {
  label: string
  numeric?: boolean
  className?: string | undefined
  children: ReactNode
}) {
  return (
    <Cell numeric={numeric} className={cx(styles.labelled, className)}>
      <span className={styles.label}>{label}</span>
      {children}
    </Cell>
  )
}
