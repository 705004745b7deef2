import { ChevronRight } from 'lucide-react'
import { Link } from 'react-router'
import styles from './breadcrumbs.module.css'

/** The way up from a page below the first level. */
export function Breadcrumbs({
  label,
  parents,
  current,
}: {
  /** Names it for screen readers. */
  label: string
  parents: ReadonlyArray<{ readonly to: string; readonly label: string }>
  current: string
}) {
  return (
    <nav aria-label={label}>
      <ol className={styles.list}>
        {parents.map((parent) => (
          <li key={parent.to}>
            <Link to={parent.to}>{parent.label}</Link>
            <ChevronRight size={14} aria-hidden />
          </li>
        ))}
        <li aria-current="page">{current}</li>
      </ol>
    </nav>
  )
}
