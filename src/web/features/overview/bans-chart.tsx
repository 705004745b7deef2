import type { MessageDescriptor } from '@lingui/core'
import { msg, plural, t } from '@lingui/core/macro'
import { useLingui } from '@lingui/react/macro'
import { useState } from 'react'
import type { Stats, StatsRange } from '../../../shared/stats.ts'
import { Card } from '../../ui/card.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { formatDay, formatTime } from '../../ui/time.ts'
import { formatNumber } from '../../ui/words.ts'
import { Bars, type BarSeries } from './bars.tsx'
import styles from './chart.module.css'

const NOTES: Readonly<Record<StatsRange, MessageDescriptor>> = {
  '1h': msg`per 2 min`,
  '24h': msg`per 30 min`,
  '7d': msg`per 4 h`,
  '30d': msg`per day`,
}

/** Pixels: as wide as the letters of a label are at most, and what parts it from the next one. */
const MARK_LETTER = 8
const MARK_GAP = 16

/** When who banned how many. */
export function BansChart({ stats, watching }: { stats: Stats; watching: number }) {
  const { t, i18n } = useLingui()
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set())
  const series = stats.series.map(({ jail, counts }, index): BarSeries => {
    const colour = jail === undefined ? '--series-other' : `--series-${index + 1}`
    return { name: jail ?? t`other jails`, colour, counts }
  })

  function toggle(name: string): void {
    setHidden((before) => {
      const after = new Set(before)
      if (!after.delete(name)) after.add(name)
      return after
    })
  }

  return (
    <Card title={t`Bans over time`} note={i18n._(NOTES[stats.range])}>
      {stats.total === 0 ? (
        <NoBans isFirstStart={stats.latestBan === undefined} watching={watching} />
      ) : (
        <div className={styles.chart}>
          <ul className={styles.legend} aria-label={t`Shown jails`}>
            {series.map(({ name, colour }) => (
              <li key={name}>
                <button type="button" aria-pressed={!hidden.has(name)} onClick={() => toggle(name)}>
                  <span className={styles.swatch} style={{ background: `var(${colour})` }} />
                  {name}
                </button>
              </li>
            ))}
          </ul>
          <Bars
            label={t`Bans over time`}
            series={series.filter(({ name }) => !hidden.has(name))}
            count={stats.buckets.length}
            marks={marksOf(stats)}
            mark={(index) => markOf(stats, index)}
            markRoom={MARK_GAP + MARK_LETTER * markOf(stats, 0).length}
            period={(index) => periodOf(stats, index)}
            sentence={(index) =>
              sentenceOf(
                stats,
                index,
                series.filter(({ name }) => !hidden.has(name)),
              )
            }
          />
        </div>
      )}
    </Card>
  )
}

function NoBans({ isFirstStart, watching }: { isFirstStart: boolean; watching: number }) {
  const { t } = useLingui()
  if (watching === 0) {
    return (
      <EmptyState tone="warn" title={t`No bans`} detail={t`No jail is active, so nobody can be banned.`} />
    )
  }
  return isFirstStart ? (
    <EmptyState
      tone="ok"
      title={t`No bans yet`}
      detail={plural(watching, {
        one: 'One jail is watching. Whoever fails too often is banned, and appears here within two seconds.',
        other:
          '# jails are watching. Whoever fails too often is banned, and appears here within two seconds.',
      })}
    />
  ) : (
    <EmptyState
      tone="ok"
      title={t`No bans in this time`}
      detail={t`That is fine: nobody has failed often enough. A longer range may show some.`}
    />
  )
}

const start = ({ buckets }: Stats, index: number): Date => new Date(buckets[index] ?? 0)

/** Where a new day begins; within a day, and of days alone, all of them. */
function marksOf({ range, buckets }: Stats): number[] {
  const days = buckets.map((bucket) => formatDay(new Date(bucket)))
  const all = [...buckets.keys()]
  return range === '7d' ? all.filter((index) => index > 0 && days[index] !== days[index - 1]) : all
}

function markOf(stats: Stats, index: number): string {
  const at = start(stats, index)
  return stats.range === '7d' || stats.range === '30d' ? formatDay(at, false) : formatTime(at)
}

/** `Mon 23 Nov, 14:00 – 14:30`; a whole day needs no times. */
function periodOf(stats: Stats, index: number): string {
  const from = start(stats, index)
  if (stats.range === '30d') return formatDay(from)
  const [day, begin] = [formatDay(from), formatTime(from)]
  const end = formatTime(new Date(stats.buckets[index + 1] ?? stats.to))
  return `${day}, ${begin} – ${end}`
}

function sentenceOf(stats: Stats, index: number, series: readonly BarSeries[]): string {
  const period = periodOf(stats, index)
  const sum = series.reduce((total, { counts }) => total + (counts[index] ?? 0), 0)
  const bans = plural(sum, { one: '# ban', other: '# bans' })
  const parts = series
    .filter(({ counts }) => (counts[index] ?? 0) > 0)
    .map(({ name, counts }) => `${name} ${formatNumber(counts[index] ?? 0)}`)
    .join(', ')
  return parts === '' ? t`${period}: ${bans}.` : t`${period}: ${bans}. ${parts}.`
}
