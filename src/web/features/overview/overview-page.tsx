import { useQueries, useQuery } from '@tanstack/react-query'
import { sentencesOf } from '../../api/api-error.ts'
import { Button } from '../../ui/button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { formatZone } from '../../ui/time.ts'
import { BansCard } from '../bans/bans-card.tsx'
import { hostsQuery, jailsQuery, type HostWithJails } from '../hosts/hosts.queries.ts'
import { Verdict } from '../hosts/verdict.tsx'
import { JailsCard } from '../jails/jails-card.tsx'
import styles from './overview-page.module.css'
import { Tiles } from './tiles.tsx'

/** Is it working, what is banned, and let me change that. */
export function OverviewPage() {
  const hosts = useQuery(hostsQuery)
  const jails = useQueries({ queries: (hosts.data ?? []).map((host) => jailsQuery(host.id)) })
  const known: HostWithJails[] = (hosts.data ?? []).map((host, index) => ({
    host,
    jails: jails[index]?.data,
  }))

  return (
    <div className={styles.page}>
      <title>Overview · BanGUI</title>
      <header className={styles.head}>
        <h1 className={styles.title}>Overview</h1>
        <p className={styles.zone}>Times in {formatZone()}</p>
      </header>
      {hosts.isPending && <OverviewSkeleton />}
      {hosts.isError && !hosts.data && (
        <div className={styles.loading}>
          <EmptyState
            tone="danger"
            title="The state of fail2ban could not be read"
            detail={sentencesOf(hosts.error)}
            action={<Button onClick={() => void hosts.refetch()}>Try again</Button>}
          />
        </div>
      )}
      {hosts.data && (
        <>
          <div className={styles.verdicts}>
            {known.map(({ host, jails }) => (
              <Verdict key={host.id} host={host} jails={jails} named={known.length > 1} />
            ))}
          </div>
          <Tiles hosts={known} />
          <div className={styles.grid}>
            <JailsCard hosts={known} />
            <BansCard hosts={known} />
          </div>
        </>
      )}
    </div>
  )
}

/** In the shape of what is coming, so that nothing jumps. */
function OverviewSkeleton() {
  return (
    <>
      <div className={styles.loading}>
        <Skeleton height={68} />
      </div>
      <div className={styles.tiles}>
        {['banned', 'jails', 'bans', 'failed'].map((tile) => (
          <div key={tile} className={styles.loading}>
            <Skeleton rows={2} height={49} />
          </div>
        ))}
      </div>
      <div className={styles.grid}>
        <div className={styles.loading}>
          <Skeleton rows={4} height={60} />
        </div>
        <div className={styles.loading}>
          <Skeleton rows={8} height={45} />
        </div>
      </div>
    </>
  )
}
