import { useEffect } from 'react'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useSessionStoreInterrupted } from '../../api/session-store.ts'
import { Banner } from '../../ui/banner.tsx'
import { Button } from '../../ui/button.tsx'
import { formatClock } from '../../ui/time.ts'
import { showToast } from '../../ui/toast.ts'
import { useUnbanEverywhere } from '../bans/bans.queries.ts'
import { useLiveRetry, useLiveStatus, useWriteBlock } from '../live/live-provider.tsx'
import { sessionQuery } from '../session/session.queries.ts'
import { listOf } from '../../ui/words.ts'
import styles from './shell.module.css'

/** What everyone has to know at once, above every page. */
export function Banners() {
  const interrupted = useSessionStoreInterrupted()
  return (
    <div className={styles.banners}>
      {interrupted ? <InterruptedBanner /> : <OfflineBanner />}
      <OwnAddressBanner />
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
      Connection to the session store is interrupted. You are still signed in. Retrying…
    </Banner>
  )
}

function OfflineBanner() {
  const { phase, lastHeardMs } = useLiveStatus()
  const retry = useLiveRetry()
  if (phase !== 'offline') return null
  const clock = formatClock(new Date(lastHeardMs))
  return (
    <Banner tone="danger" urgent action={<Button onClick={retry}>Retry</Button>}>
      <strong>No connection to BanGUI since {clock}.</strong> Showing data from {clock}.
    </Banner>
  )
}

function OwnAddressBanner() {
  const { data: session } = useQuery(sessionQuery)
  const unban = useUnbanEverywhere()
  const block = useWriteBlock()
  if (!session || session.bannedIn.length === 0) return null
  const { address } = session
  const jails = [...new Set(session.bannedIn.map((ban) => ban.jail))]

  function lift() {
    unban.mutate(address, {
      onSuccess: () => showToast({ tone: 'ok', title: `Unbanned ${address}, your own address` }),
      onError: (error) =>
        showToast({ tone: 'danger', title: `${address} is still banned`, detail: error.message }),
    })
  }

  const mayUnban = session.user.role !== 'viewer'
  return (
    <Banner
      tone="danger"
      urgent
      action={
        mayUnban && (
          <Button busy={unban.isPending} disabledReason={block} onClick={lift}>
            {unban.isPending ? 'Unbanning…' : 'Unban my address'}
          </Button>
        )
      }
    >
      <strong>Your own address {address} is banned</strong> in {listOf(jails)}. Connections from it may be
      refused.
    </Banner>
  )
}
