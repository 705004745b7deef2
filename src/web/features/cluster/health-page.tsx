import { Trans, useLingui } from '@lingui/react/macro'
import { useQuery } from '@tanstack/react-query'
import { RefreshCw } from 'lucide-react'
import { useEffect } from 'react'
import { useLocation } from 'react-router'
import { ApiError, sentencesOf } from '../../api/api-error.ts'
import { Banner } from '../../ui/banner.tsx'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { usePreferences } from '../../ui/preferences.ts'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { formatTimeOfDay, formatZone } from '../../ui/time.ts'
import { showToast } from '../../ui/toast.ts'
import { HealthChecks } from '../health/health-checks.tsx'
import { useHealth, useRecheck } from '../health/health.queries.ts'
import { useWriteBlock } from '../live/live-provider.tsx'
import { sessionQuery } from '../session/session.queries.ts'
import { clusterQuery } from './cluster.queries.ts'
import { CopyDiagnostics } from './copy-diagnostics.tsx'
import styles from './health-page.module.css'
import { InstancesCard, LeasesCard } from './instances-card.tsx'
import { JobsCard } from './jobs-card.tsx'
import { StateCard } from './state-card.tsx'

/** What is wrong and what to do about it; for administrators also the processes of the console and their work. */
export function HealthPage() {
  const { t } = useLingui()
  usePreferences()
  const { data: session } = useQuery(sessionQuery)
  const { error, updatedAt, report } = useHealth()
  const isAdmin = session?.user.role === 'admin'
  const zone = formatZone()
  return (
    <div className={styles.page}>
      <title>{t`Health & cluster · BanGUI`}</title>
      <header className={styles.head}>
        <h1 className={styles.title}>
          <Trans>Health & cluster</Trans>
        </h1>
        <p className={styles.zone}>
          <Trans>Times in {zone}</Trans>
        </p>
      </header>
      {report && error && <OldData error={error} since={updatedAt} />}
      <ChecksCard isAdmin={isAdmin} />
      {isAdmin && <ClusterCards />}
    </div>
  )
}

function ChecksCard({ isAdmin }: { isAdmin: boolean }) {
  const { t } = useLingui()
  const { report } = useHealth()
  useScrollToHash(report !== undefined)
  return (
    <Card
      title={t`Checks`}
      note={
        report?.sampledAt !== undefined && (
          <Trans>
            last looked <RelativeTime at={report.sampledAt} />
          </Trans>
        )
      }
      actions={
        <>
          {isAdmin && <CopyDiagnostics />}
          <Recheck />
        </>
      }
    >
      <HealthChecks />
    </Card>
  )
}

function Recheck() {
  const { t } = useLingui()
  const block = useWriteBlock()
  const recheck = useRecheck()
  return (
    <Button
      busy={recheck.isPending}
      disabledReason={block}
      onClick={() =>
        recheck.mutate(undefined, {
          onError: (error) =>
            showToast({ tone: 'danger', title: t`The checks were not done`, detail: sentencesOf(error) }),
        })
      }
    >
      {!recheck.isPending && <RefreshCw size={16} aria-hidden />}
      <Trans>Check again</Trans>
    </Button>
  )
}

function ClusterCards() {
  const { t } = useLingui()
  const { data, error, refetch } = useQuery(clusterQuery)
  useScrollToHash(data !== undefined)
  if (!data) {
    return (
      <div className={styles.card}>
        {error ? (
          <EmptyState
            tone="danger"
            title={t`The state of the console could not be read`}
            detail={sentencesOf(error)}
            action={<Button onClick={() => void refetch()}>{t`Try again`}</Button>}
          />
        ) : (
          <Skeleton rows={6} height={45} />
        )}
      </div>
    )
  }
  return (
    <>
      <StateCard cluster={data} isSilent={isOfTheState(error)} />
      <InstancesCard instances={data.instances} />
      <div className={styles.grid} id="jobs">
        <JobsCard jobs={data.jobs} />
        <LeasesCard leases={data.leases} instances={data.instances} />
      </div>
    </>
  )
}

/** What the address names is on the page only once its data is there. */
function useScrollToHash(isReady: boolean): void {
  const { hash } = useLocation()
  useEffect(() => {
    if (isReady && hash !== '') document.getElementById(hash.slice(1))?.scrollIntoView({ block: 'center' })
  }, [hash, isReady])
}

function OldData({ error, since }: { error: Error; since: number }) {
  const clock = formatTimeOfDay(new Date(since))
  return (
    <Banner tone="warn">
      <strong>
        <Trans>Showing what was known at {clock}.</Trans>
      </strong>
      {/* The line above every page says the rest. */}
      {!isOfTheState(error) && ` ${sentencesOf(error)}`}
    </Banner>
  )
}

function isOfTheState(error: Error | null): boolean {
  return error instanceof ApiError && error.code === 'state-unavailable'
}
