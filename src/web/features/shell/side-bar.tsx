import { Trans, useLingui } from '@lingui/react/macro'
import { useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import { Brand } from '../../ui/brand.tsx'
import { hostsQuery } from '../hosts/hosts.queries.ts'
import { NavItem } from './nav-items.tsx'
import { GROUPS } from './navigation.ts'
import styles from './navigation.module.css'
import { useMarks } from './use-marks.ts'

/** Where one can go, on anything wider than a phone. */
export function SideBar() {
  const { t, i18n } = useLingui()
  const marks = useMarks()
  return (
    <div className={styles.side}>
      <Link to="/" className={styles.home} aria-label={t`BanGUI, overview`}>
        <Brand />
      </Link>
      <nav aria-label={t`Main`} className={styles.groups}>
        {GROUPS.map((group) => (
          <div key={group.items[0]?.to} className={styles.group}>
            <p className={styles.heading} aria-hidden>
              {i18n._(group.label)}
            </p>
            <ul aria-label={i18n._(group.label)}>
              {group.items.map((destination) => (
                <li key={destination.to}>
                  <NavItem destination={destination} mark={marks[destination.to]} />
                </li>
              ))}
            </ul>
          </div>
        ))}
      </nav>
      <Foot />
    </div>
  )
}

/** Which machine this is, and what runs there. */
export function Foot() {
  const { t } = useLingui()
  const { data: hosts = [] } = useQuery(hostsQuery)
  const version = __BANGUI_VERSION__
  return (
    <footer className={styles.foot}>
      {hosts.map((host) => (
        <div key={host.id}>
          <p className={styles.host}>{host.id}</p>
          <p>{host.version === undefined ? t`fail2ban` : t`fail2ban ${host.version}`}</p>
        </div>
      ))}
      <p>
        <Trans>BanGUI {version}</Trans>
      </p>
    </footer>
  )
}
