import { useLingui } from '@lingui/react/macro'
import { useLocation, useNavigate } from 'react-router'
import { Tabs } from '../../ui/tabs.tsx'
import { formatZone } from '../../ui/time.ts'
import { KEEP_FOCUS } from '../shell/use-page-focus.ts'
import { ChangePassword } from './change-password.tsx'
import { MySessions } from './my-sessions.tsx'
import { UsersCard } from './users-card.tsx'
import styles from './users.module.css'

const PATHS = { sessions: '/users', password: '/users/password', all: '/users/all' } as const
type Part = keyof typeof PATHS

/** Where am I signed in, and who may do what. */
export function UsersPage() {
  const { t } = useLingui()
  const { pathname } = useLocation()
  const navigate = useNavigate()
  const part: Part = pathname === PATHS.all ? 'all' : pathname === PATHS.password ? 'password' : 'sessions'
  const labels = { sessions: t`My sessions`, password: t`Password`, all: t`Users` }
  const zone = formatZone()
  return (
    <div className={styles.page}>
      <title>{`${part === 'sessions' ? t`Users & sessions` : labels[part]} · BanGUI`}</title>
      <header className={styles.head}>
        <h1 className={styles.title}>{t`Users & sessions`}</h1>
        <p className={styles.zone}>{t`Times in ${zone}`}</p>
      </header>
      <Tabs
        label={t`Users & sessions`}
        value={part}
        onChange={(next) => void navigate(PATHS[next], { state: KEEP_FOCUS })}
        tabs={[
          { value: 'sessions', label: labels.sessions, panel: <MySessions /> },
          { value: 'password', label: labels.password, panel: <ChangePassword /> },
          { value: 'all', label: labels.all, panel: <UsersCard /> },
        ]}
      />
    </div>
  )
}
