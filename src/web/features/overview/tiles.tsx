import { plural } from '@lingui/core/macro'
import { useLingui } from '@lingui/react/macro'
import type { ReactNode } from 'react'
import type { Stats } from '../../../shared/stats.ts'
import { formatClock } from '../../ui/time.ts'
import { formatNumber } from '../../ui/words.ts'
import type { HostWithJails } from '../hosts/hosts.queries.ts'
import { changeInPercent } from './chart-scale.ts'
import styles from './overview-page.module.css'
import { BEFORE, RANGES } from './ranges.ts'
import { Sparkline } from './sparkline.tsx'

/** The four numbers that answer "how much". */
export function Tiles({ hosts, stats }: { hosts: readonly HostWithJails[]; stats: Stats | undefined }) {
  const { t, i18n } = useLingui()
  const jails = hosts.flatMap((host) => host.jails ?? [])
  const bannedIn = jails.filter((jail) => jail.currentlyBanned > 0).length
  const away = hosts.find(({ host }) => !host.online)?.host
  const asOf = away?.asOf === undefined ? undefined : formatClock(new Date(away.asOf))
  const range = i18n._(RANGES[stats?.range ?? '24h'])
  const { repeatOffenders } = stats ?? {}
  const leastBans = repeatOffenders?.leastBans ?? 3
  return (
    <dl className={styles.tiles}>
      <Tile
        label={t`Banned now`}
        value={hosts.reduce((total, { host }) => total + host.currentlyBanned, 0)}
        course={stats?.banned}
      >
        {asOf !== undefined
          ? t`as of ${asOf}`
          : bannedIn === 0
            ? t`nobody`
            : plural(bannedIn, { one: 'in # jail', other: 'in # jails' })}
      </Tile>
      <Tile label={t`New bans, ${range}`} value={stats?.total} course={stats && sumsOf(stats)}>
        {stats && <Trend stats={stats} now={stats.total} before={stats.previousTotal} />}
      </Tile>
      <Failures jails={jails} stats={stats} range={range} />
      <Tile label={t`Repeat offenders, 7 d`} value={repeatOffenders?.count}>
        {t`banned ${leastBans} or more times`}
      </Tile>
    </dl>
  )
}

/** fail2ban tells how many failures a jail has counted since its start. What that means for a range is known once we watched it all. */
function Failures({
  jails,
  stats,
  range,
}: {
  jails: ReadonlyArray<{ totalFailed: number }>
  stats: Stats | undefined
  range: string
}) {
  const { t } = useLingui()
  if (stats?.failed.since !== undefined && stats.failed.since <= stats.from) {
    const { counts, total, previousTotal } = stats.failed
    return (
      <Tile label={t`Failed attempts, ${range}`} value={total} course={counts}>
        <Trend stats={stats} now={total} before={previousTotal} />
      </Tile>
    )
  }
  const total = jails.reduce((sum, jail) => sum + jail.totalFailed, 0)
  return (
    <Tile label={t`Failed attempts`} value={stats && total} course={stats?.failed.counts}>
      {t`since the jails were started`}
    </Tile>
  )
}

function Tile({
  label,
  value,
  course,
  children,
}: {
  label: string
  value: number | undefined
  course?: ReadonlyArray<number | null> | undefined
  children: ReactNode
}) {
  return (
    <div className={styles.tile}>
      <dt>{label}</dt>
      <dd className={styles.number}>{value === undefined ? '–' : formatNumber(value)}</dd>
      <dd className={styles.remark}>{children}</dd>
      {course && <Sparkline values={course} />}
    </div>
  )
}

/** More is not worse: an attacker who is banned did no harm. The arrow and the number say what there is to say. */
function Trend({ stats, now, before }: { stats: Stats; now: number; before: number | undefined }) {
  const { t, i18n } = useLingui()
  const than = i18n._(BEFORE[stats.range])
  if (before === undefined) return t`nothing to compare with yet`
  const change = changeInPercent(now, before)
  if (change === undefined) return now === 0 ? t`as before` : t`none before`
  if (change === 0) return t`as before`
  return (
    <>
      <strong data-rise={change > 0}>{changeInWords(change)}</strong> {than}
    </>
  )
}

/** Thousands of percent say nothing. */
function changeInWords(percent: number): string {
  const arrow = percent < 0 ? '↓' : '↑'
  if (percent >= 1_000) return `${arrow} ${formatNumber(Math.round(percent / 100 + 1))}×`
  return `${arrow} ${formatNumber(percent / 100, { style: 'percent', signDisplay: 'exceptZero' })}`
}

function sumsOf({ buckets, series }: Stats): number[] {
  return buckets.map((_, index) => series.reduce((sum, { counts }) => sum + (counts[index] ?? 0), 0))
}
