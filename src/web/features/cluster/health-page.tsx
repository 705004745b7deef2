import { useQuery } from '@tanstack/react-query'
import { ApiError, sentencesOf } from '../../api/api-error.ts'
import { Banner } from '../../ui/banner.tsx'
import { Button } from '../../ui/button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { formatZone } from '../../ui/time.ts'
import { sessionQuery } from '../session/session.queries.ts'
import { clusterQuery } from './cluster.queries.ts'
import styles from './health-page.module.css'
import { InstancesCard, LeasesCard } from './instances-card.tsx'
import { JobsCard } from './jobs-card.tsx'
import { StateCard } from './state-card.tsx'

/** How the console itself is doing: where its state is, which processes serve, who does what, and the background work. */
export function HealthPage() {
  const { data: session } = useQuery(sessionQuery)
  return (
    <div className={styles.page}>
      <title>Health · BanGUI</title>
      <header className={styles.head}>
        <h1 className={styles.title}>Health</h1>
        <p className={styles.zone}>Times in {formatZone()}</p>
      </header>
      {session && (session.user.role === 'admin' ? <ClusterCards /> : <ForAdministrators />)}
    </div>
  )
}

function ForAdministrators() {
  return (
    <div className={styles.card}>
      <EmptyState
        tone="neutral"
        title="This page is for administrators"
        detail="It shows the processes of the console and its background jobs. Whether fail2ban is working is on the overview, for everybody."
      />
    </div>
  )
}

function ClusterCards() {
  const { data, error, dataUpdatedAt, refetch } = useQuery(clusterQuery)
  if (!data) {
    return (
      <div className={styles.card}>
        {error ? (
          <EmptyState
            tone="danger"
            title="The state of the console could not be read"
            detail={sentencesOf(error)}
            action={<Button onClick={() => void refetch()}>Try again</Button>}
          />
        ) : (
          <Skeleton rows={6} height={45} />
        )}
      </div>
    )
  }
  return (
    <>
      {error && <OldData error={error} since={dataUpdatedAt} />}
      <StateCard cluster={data} isSilent={isOfTheState(error)} />
      <InstancesCard instances={data.instances} />
      <div className={styles.grid}>
        <JobsCard jobs={data.jobs} />
        <LeasesCard leases={data.leases} instances={data.instances} />
      </div>
    </>
  )
}

function OldData({ error, since }: { error: Error; since: number }) {
  const clock = new Date(since).toLocaleTimeString()
  return (
    <Banner tone="warn">
      <strong>Showing what was known at {clock}.</strong>
      {/* The line above every page says the rest. */}
      {!isOfTheState(error) && ` ${sentencesOf(error)}`}
    </Banner>
  )
}

function isOfTheState(error: Error | null): boolean {
  return error instanceof ApiError && error.code === 'state-unavailable'
}
