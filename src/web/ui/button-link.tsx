import type { ReactNode } from 'react'
import { Link, type LinkProps } from 'react-router'
import { cx } from './class-names.ts'
import styles from './button.module.css'

/** Looks like a button and leads to a page. */
export function ButtonLink({
  size = 'medium',
  children,
  ...rest
}: LinkProps & { size?: 'medium' | 'small'; children: ReactNode }) {
  return (
    <Link {...rest} className={cx(styles.button, styles['secondary'], styles[size])}>
      {children}
    </Link>
  )
}
