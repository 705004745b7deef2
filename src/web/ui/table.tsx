import type { ComponentProps, ReactNode } from 'react'
import { ArrowDown, ArrowUp, ChevronsUpDown } from 'lucide-react'
import { cx } from './class-names.ts'
import styles from './table.module.css'

/** A table whose rows turn into cards on a phone. `label` names it for screen readers. */
export function Table({ label, children, className, ...rest }: ComponentProps<'table'> & { label: string }) {
  return (
    <table {...rest} aria-label={label} className={cx(styles.table, className)}>
      {children}
    </table>
  )
}

export function TableHead({ children }: { children: ReactNode }) {
  return (
    <thead className={styles.head}>
      <tr>{children}</tr>
    </thead>
  )
}

export function TableBody({ children, ...rest }: ComponentProps<'tbody'>) {
  return <tbody {...rest}>{children}</tbody>
}

export function Row({ children, className, ...rest }: ComponentProps<'tr'>) {
  return (
    <tr {...rest} className={cx(styles.row, className)}>
      {children}
    </tr>
  )
}

export function Cell({
  numeric = false,
  className,
  children,
  ...rest
}: ComponentProps<'td'> & { numeric?: boolean }) {
  return (
    <td {...rest} className={cx(styles.cell, numeric && styles.numeric, className)}>
      {children}
    </td>
  )
}

export function RowHeader({ className, children, ...rest }: ComponentProps<'th'>) {
  return (
    <th {...rest} scope="row" className={cx(styles.cell, styles.rowHeader, className)}>
      {children}
    </th>
  )
}

export function ColumnHeader({
  numeric = false,
  hidden = false,
  className,
  children,
}: {
  numeric?: boolean
  /** For the eye only: a column of buttons needs no visible title. */
  hidden?: boolean
  className?: string | undefined
  children: ReactNode
}) {
  return (
    <th
      scope="col"

      className={cx(styles.columnHeader, numeric && styles.numeric, className)}
    >
      {hidden ? <span className="visually-hidden">{children}</span> : children}
    </th>
  )
}

export type SortDirection = 'ascending' | 'descending' | 'none'

/** A column title that sorts. */
export function SortHeader({
  direction,
  onSort,
  className,
  children,
}: {
  direction: SortDirection
  onSort: () => void
  className?: string | undefined
  children: ReactNode
}) {
  const Icon = direction === 'none' ? ChevronsUpDown : direction === 'ascending' ? ArrowUp : ArrowDown
  return (
    <th scope="col" aria-sort={direction} className={cx(styles.columnHeader, className)}>
      <button
        type="button"
        className={cx(styles.sort, direction !== 'none' && styles.sorted)}
        onClick={onSort}
      >
        {children}
        <Icon size={13} aria-hidden />
      </button>
    </th>
  )
}
