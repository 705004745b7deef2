import { Suspense } from 'react'
import { Trans, useLingui } from '@lingui/react/macro'
import { useQuery } from '@tanstack/react-query'
import { usePreferences } from '../../ui/preferences.ts'
import { formatZone } from '../../ui/time.ts'
import { sessionQuery } from '../session/session.queries.ts'
import { InstanceCard } from './instance-card.tsx'
import { PreferencesCard } from './preferences-card.tsx'
import styles from './settings-page.module.css'
import { lazyPart } from '../../ui/lazy-part.ts'

const EnvironmentCard = lazyPart(async () => (await import('./environment-card.tsx')).EnvironmentCard)

/** What one chooses for oneself, what holds for everybody, and what was fixed when the console was started. */
export function SettingsPage() {
  const { t } = useLingui()
  const { data: session } = useQuery(sessionQuery)
  // The zone may be changed on this very page.
  usePreferences()
  const zone = formatZone()
  const isAdmin = session?.user.role === 'admin'
  return (
    <div className={styles.page}>
      <title>{t`Settings · BanGUI`}</title>
      <header className={styles.head}>
        <h1 className={styles.title}>
          <Trans>Settings</Trans>
        </h1>
        <p className={styles.zone}>
          <Trans>Times in {zone}</Trans>
        </p>
      </header>
      <div className={styles.grid}>
        <PreferencesCard />
        <InstanceCard isAdmin={isAdmin} />
      </div>
      {isAdmin && (
        <Suspense fallback={null}>
          <EnvironmentCard />
        </Suspense>
      )}
    </div>
  )
}
