import { useEffect } from 'react'
import { Plural, Trans, useLingui } from '@lingui/react/macro'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useParams } from 'react-router'
import { ApiError } from '../../api/api-error.ts'
import { Breadcrumbs } from '../../ui/breadcrumbs.tsx'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { ipPath } from '../../ui/ip-path.ts'
import { Skeleton } from '../../ui/skeleton.tsx'
import { findOpen } from '../find/find-open.ts'
import { IpHistory } from './ip-history.tsx'
import styles from './ip-page.module.css'
import { IpReportView } from './ip-report.tsx'
import { ipQuery, type IpReport } from './ip.queries.ts'

/** Everything known about one address or network, under an address of its own that can be shared. */
export function IpPage() {
  const { t } = useLingui()
  const { ip = '' } = useParams()
  const { placeholderData: _, ...query } = ipQuery(ip)
  const report = useQuery(query)
  const canonical = report.data?.ip ?? ip
  useCanonicalAddress(ip, canonical)
  return (
    <div className={styles.page}>
      <title>{t`${canonical} · BanGUI`}</title>
      <Breadcrumbs
        label={t`Where you are`}
        parents={[{ to: '/bans', label: t`Active bans` }]}
        current={canonical}
      />
      <h1 className={styles.title}>{canonical}</h1>
      {report.data ? (
        <Report report={report.data} />
      ) : (
        <Missing error={report.error} onRetry={report.refetch} />
      )}
    </div>
  )
}

/** One address, one page: other spellings lead there. */
function useCanonicalAddress(asked: string, canonical: string): void {
  const navigate = useNavigate()
  useEffect(() => {
    if (asked !== canonical) void navigate(ipPath(canonical), { replace: true })
  }, [asked, canonical, navigate])
}

function Report({ report }: { report: IpReport }) {
  const { t } = useLingui()
  const { events } = report
  const bans = events.filter((event) => event.kind === 'ban').length
  return (
    <div className={styles.columns}>
      <IpReportView report={report} isWhole />
      <Card
        title={t`History`}
        note={bans > 0 && <Plural value={bans} one="banned once" other="banned # times" />}
      >
        <div className={styles.history}>
          {events.length === 0 ? (
            <p className={styles.none}>
              {report.kind === 'network' ? (
                <Trans>Nothing is recorded of the network as a whole.</Trans>
              ) : (
                <Trans>Nothing is recorded of it.</Trans>
              )}
            </p>
          ) : (
            <IpHistory events={events} isWhole />
          )}
          {events.length >= MOST_EVENTS && (
            <p className={styles.none}>
              <Trans>Only the newest {MOST_EVENTS} entries are shown.</Trans>
            </p>
          )}
        </div>
      </Card>
    </div>
  )
}

/** As many as the server sends. */
const MOST_EVENTS = 100

function Missing({ error, onRetry }: { error: Error | null; onRetry: () => unknown }) {
  const { t } = useLingui()
  if (!error) return <Skeleton rows={3} height={64} />
  const isMistake = error instanceof ApiError && error.code === 'validation-failed'
  if (!isMistake) {
    return (
      <EmptyState
        tone="danger"
        title={error.message}
        detail={error instanceof ApiError ? error.nextStep : undefined}
        action={<Button onClick={onRetry}>{t`Try again`}</Button>}
      />
    )
  }
  return (
    <EmptyState
      tone="neutral"
      title={t`This is not an address`}
      detail={t`A page is about a whole IPv4 or IPv6 address, or a network such as 198.51.100.0/24.`}
      action={<Button onClick={() => findOpen.set(true)}>{t`Search`}</Button>}
    />
  )
}
