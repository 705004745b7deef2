import { Trans, useLingui } from '@lingui/react/macro'
import { useQueries, useQuery } from '@tanstack/react-query'
import { useSearchParams } from 'react-router'
import { StatsRange } from '../../../shared/stats.ts'
import { sentencesOf } from '../../api/api-error.ts'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { usePreferences } from '../../ui/preferences.ts'
import { SegmentedControl } from '../../ui/segmented-control.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { formatZone, shownZone } from '../../ui/time.ts'
import { PhoneFindBox } from '../find/find-box.tsx'
import { useHealth } from '../health/health.queries.ts'
import { VerdictCard } from '../health/verdict-card.tsx'
import { hostsQuery, jailsQuery, type HostWithJails } from '../hosts/hosts.queries.ts'
import { BansChart } from './bans-chart.tsx'
import { JailsCard } from './jails-card.tsx'
import { LatestBans } from './latest-bans.tsx'
import styles from './overview-page.module.css'
import { RANGES } from './ranges.ts'
import { RepeatOffenders } from './repeat-offenders.tsx'
import { DEFAULT_RANGE, rangeOf, statsQuery } from './stats.queries.ts'
import { Tiles } from './tiles.tsx'

/** Is it working, what is happening, and let me take that ban back. */
export function OverviewPage() {
  const { t } = useLingui()
  usePreferences()
  const [range, setRange] = useRange()
  const hosts = useQuery(hostsQuery)
  const jails = useQueries({ queries: (hosts.data ?? []).map((host) => jailsQuery(host.id)) })
  const known: HostWithJails[] = (hosts.data ?? []).map((host, index) => ({
    host,
    jails: jails[index]?.data,
  }))

  return (
    <div className={styles.page}>
      <title>{t`Overview · BanGUI`}</title>
      <Head hosts={known} range={range} onRange={setRange} />
      <PhoneFindBox />
      {hosts.isPending && <OverviewSkeleton />}
      {hosts.isError && !hosts.data && (
        <Card title={t`fail2ban`}>
          <EmptyState
            tone="danger"
            title={t`The state of fail2ban could not be read`}
            detail={sentencesOf(hosts.error)}
            action={<Button onClick={() => void hosts.refetch()}>{t`Try again`}</Button>}
          />
        </Card>
      )}
      {hosts.data && <Content hosts={known} range={range} />}
    </div>
  )
}

function useRange(): [StatsRange, (range: StatsRange) => void] {
  const [params, setParams] = useSearchParams()
  const setRange = (range: StatsRange): void =>
    setParams(
      (current) => {
        if (range === DEFAULT_RANGE) current.delete('range')
        else current.set('range', range)
        return current
      },
      { replace: true, preventScrollReset: true },
    )
  return [rangeOf(params.get('range')), setRange]
}

function Head({
  hosts,
  range,
  onRange,
}: {
  hosts: readonly HostWithJails[]
  range: StatsRange
  onRange: (range: StatsRange) => void
}) {
  const { t, i18n } = useLingui()
  const zone = formatZone()
  // With one machine, and no name given to it, there is nothing to tell apart.
  const [only] = hosts.length === 1 ? hosts : []
  const name = only && only.host.id !== 'local' ? only.host.id : undefined
  return (
    <header className={styles.head}>
      <div>
        <h1 className={styles.title}>
          <Trans>Overview</Trans>
        </h1>
        <p className={styles.zone}>
          {name === undefined ? <Trans>Times in {zone}</Trans> : t`${name} · times in ${zone}`}
        </p>
      </div>
      <SegmentedControl
        label={t`Time range`}
        value={range}
        choices={StatsRange.options.map((value) => ({ value, label: i18n._(RANGES[value]) }))}
        onChange={onRange}
      />
    </header>
  )
}

function Content({ hosts, range }: { hosts: readonly HostWithJails[]; range: StatsRange }) {
  const { t } = useLingui()
  const { report } = useHealth()
  const stats = useQuery(statsQuery(range, shownZone()))
  const isStale = hosts.some(({ host }) => !host.online)
  const watching = hosts.flatMap(({ jails = [] }) => jails).filter((jail) => jail.state === 'active').length
  const placeholder = stats.error ? (
    <EmptyState
      tone="danger"
      title={t`The bans could not be counted`}
      detail={sentencesOf(stats.error)}
      action={<Button onClick={() => void stats.refetch()}>{t`Try again`}</Button>}
    />
  ) : (
    <Skeleton rows={6} height={50} />
  )
  return (
    <>
      {report ? (
        <VerdictCard report={report} hosts={hosts} latestBan={stats.data?.latestBan} />
      ) : (
        <div className={styles.loading}>
          <Skeleton height={68} />
        </div>
      )}
      <div className={styles.data} data-stale={isStale || undefined} aria-busy={stats.isPlaceholderData}>
        <Tiles hosts={hosts} stats={stats.data} />
        <div className={styles.grid}>
          {stats.data ? (
            <BansChart stats={stats.data} watching={watching} />
          ) : (
            <Card title={t`Bans over time`}>{placeholder}</Card>
          )}
          <LatestBans hosts={hosts} />
          <JailsCard hosts={hosts} stats={stats.data} />
          {stats.data ? (
            <RepeatOffenders stats={stats.data} />
          ) : (
            <Card title={t`Repeat offenders`}>{placeholder}</Card>
          )}
        </div>
      </div>
    </>
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
        {['banned', 'bans', 'failed', 'repeats'].map((tile) => (
          <div key={tile} className={styles.loading}>
            <Skeleton rows={2} height={50} />
          </div>
        ))}
      </div>
      <div className={styles.grid}>
        {['chart', 'feed'].map((card) => (
          <div key={card} className={styles.loading}>
            <Skeleton rows={7} height={52} />
          </div>
        ))}
      </div>
    </>
  )
}
