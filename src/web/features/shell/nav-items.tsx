import { useLingui } from '@lingui/react/macro'
import { NavLink } from 'react-router'
import { cx } from '../../ui/class-names.ts'
import styles from './navigation.module.css'
import type { Destination } from './navigation.ts'
import type { Mark } from './use-marks.ts'

/** A line of the side bar, of the sheet on a phone, or, where it is narrow, an icon above a short word. */
export function NavItem({
  destination,
  mark,
  onNavigate,
}: {
  destination: Destination
  mark: Mark | undefined
  onNavigate?: () => void
}) {
  const { i18n } = useLingui()
  const { to, label, shortLabel = label, icon: Icon } = destination
  return (
    <NavLink to={to} end={to === '/'} className={styles.item ?? ''} onClick={onNavigate}>
      <Icon size={18} aria-hidden />
      <span className={styles.label}>{i18n._(label)}</span>
      <span className={styles.short}>{i18n._(shortLabel)}</span>
      {mark && <MarkOf mark={mark} />}
    </NavLink>
  )
}

function MarkOf({ mark }: { mark: Mark }) {
  return (
    <>
      <span className={cx(styles.mark, styles[mark.kind])} aria-hidden>
        {mark.text}
      </span>
      <span className="visually-hidden">{mark.spoken}</span>
    </>
  )
}
