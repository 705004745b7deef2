import { Suspense, useEffect } from 'react'
import { Trans } from '@lingui/react/macro'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useSessionStoreInterrupted } from '../../api/session-store.ts'
import { Banner } from '../../ui/banner.tsx'
import { Button } from '../../ui/button.tsx'
import { formatClock } from '../../ui/time.ts'
import { useLiveRetry, useLiveStatus } from '../live/live-provider.tsx'
import { sessionQuery } from '../session/session.queries.ts'
import { Fail2banBanners } from './fail2ban-banner.tsx'
import styles from './frame.module.css'
import { OwnAddressBanner } from './own-address-banner.tsx'
import { lazyPart } from '../../ui/lazy-part.ts'

const SetupReminder = lazyPart(async () => (await import('../setup/setup-reminder.tsx')).SetupReminder)

/** What everyone has to know at once, above every page. None of it hides the page or what is typed there. */
export function Banners() {
  const { phase } = useLiveStatus()
  const isInterrupted = useSessionStoreInterrupted()
  return (
    <div className={styles.banners}>
      {phase === 'offline' ? <OfflineBanner /> : isInterrupted && <InterruptedBanner />}
      {phase !== 'offline' && <Fail2banBanners />}
      <OwnAddressBanner />
      <Suspense fallback={null}>
        <SetupReminder />
      </Suspense>
    </div>
  )
}

function InterruptedBanner() {
  const client = useQueryClient()
  // The first answer ends the banner; then everything that has failed meanwhile is asked for again.
  useQuery({ ...sessionQuery, refetchInterval: 2_000 })
  useEffect(() => () => void client.invalidateQueries(), [client])
  return (
    <Banner tone="warn" urgent>
      <Trans>Connection to the session store is interrupted. You are still signed in. Retrying…</Trans>
    </Banner>
  )
}

function OfflineBanner() {
  const { lastHeardMs } = useLiveStatus()
  const retry = useLiveRetry()
  const clock = formatClock(new Date(lastHeardMs))
  return (
    <Banner
      tone="danger"
      urgent
      action={
        <Button onClick={retry}>
          <Trans>Retry</Trans>
        </Button>
      }
    >
      <Trans>
        <strong>No connection to BanGUI since {clock}.</strong> Showing data from {clock}.
      </Trans>
    </Banner>
  )
}
