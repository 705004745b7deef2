import { Suspense } from 'react'
import { useLingui } from '@lingui/react/macro'
import { NavLink, useLocation } from 'react-router'
import { Skeleton } from '../../ui/skeleton.tsx'
import tabs from '../../ui/tabs.module.css'
import { formatZone } from '../../ui/time.ts'
import { KEEP_FOCUS } from '../shell/use-page-focus.ts'
import { MySessions } from './my-sessions.tsx'
import styles from './users.module.css'
import { lazyPart } from '../../ui/lazy-part.ts'

const ChangePassword = lazyPart(async () => (await import('./change-password.tsx')).ChangePassword)
const UsersCard = lazyPart(async () => (await import('./users-card.tsx')).UsersCard)

const PATHS = { sessions: '/users', password: '/users/password', all: '/users/all' } as const

/** Where am I signed in, and who may do what: three parts with addresses of their own. */
export function UsersPage() {
  const { t } = useLingui()
  const { pathname } = useLocation()
  const parts = [
    { to: PATHS.sessions, label: t`My sessions`, title: t`Users & sessions` },
    { to: PATHS.password, label: t`Password`, title: t`Password` },
    { to: PATHS.all, label: t`Users`, title: t`Users` },
  ]
  const title = parts.find(({ to }) => to === pathname)?.title ?? t`Users & sessions`
  const zone = formatZone()
  return (
    <div className={styles.page}>
      <title>{`${title} · BanGUI`}</title>
      <header className={styles.head}>
        <h1 className={styles.title}>{t`Users & sessions`}</h1>
        <p className={styles.zone}>{t`Times in ${zone}`}</p>
      </header>
      <nav className={tabs.list} aria-label={t`Parts of this page`}>
        {parts.map(({ to, label }) => (
          <NavLink key={to} to={to} end state={KEEP_FOCUS} className={tabs.tab ?? ''}>
            {label}
          </NavLink>
        ))}
      </nav>
      <Suspense fallback={<Skeleton rows={3} height={46} />}>
        {pathname === PATHS.password ? (
          <ChangePassword />
        ) : pathname === PATHS.all ? (
          <UsersCard />
        ) : (
          <MySessions />
        )}
      </Suspense>
    </div>
  )
}
