import { useId, type ReactNode } from 'react'
import { cx } from './class-names.ts'
import styles from './card.module.css'

export interface CardProps {
  title: string
  /** A short remark beside the title. */
  note?: ReactNode
  actions?: ReactNode
  children: ReactNode
  className?: string | undefined
}

/** A titled section of a page. */
export function Card({ title, note, actions, children, className }: CardProps) {
  const titleId = useId()
  return (
    <section className={cx(styles.card, className)} aria-labelledby={titleId}>
      <header className={styles.header}>
        <h2 className={styles.title} id={titleId}>
          {title}
        </h2>
        {note !== undefined && <div className={styles.note}>{note}</div>}
        {actions !== undefined && <div className={styles.actions}>{actions}</div>}
      </header>
      {children}
    </section>
  )
}
