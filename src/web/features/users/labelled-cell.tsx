import type { ReactNode } from 'react'
import { Cell } from '../../ui/table.tsx'
import styles from './users.module.css'

/** A cell that brings the title of its column along where the row is a card. */
export function LabelledCell({ label, children }: { label: string; children: ReactNode }) {
  return (
    <Cell className={styles.labelled}>
      <span className={styles.label}>{label}</span>
      {children}
    </Cell>
  )
}
