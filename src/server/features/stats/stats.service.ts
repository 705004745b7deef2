import type { RepeatOffender, Stats, StatsRange, StatsSeries } from '../../../shared/stats.ts'
import { REPEAT_BANS, REPEAT_DAYS, SPANS } from '../../db/ban-figures.ts'
import { bucketStarts } from './buckets.ts'
import type { HostFigure, Repeat, StatsRepository } from './stats.repository.ts'

export interface StatsQuery {
  readonly range: StatsRange
  /** Undefined: all of them. */
  readonly host: string | undefined
  /** IANA name of the zone whose days and hours count. */
  readonly zone: string
}

export interface StatsService {
  /** Frozen, and the same object for a few seconds, however many people look. */
  read(query: StatsQuery): Promise<Stats>
}

/** The longer the buckets, the less the last few seconds matter. */
const FRESH_MS: Readonly<Record<StatsRange, number>> = {
  '1h': 2_000,
  '24h': 3_000,
  '7d': 10_000,
  '30d': 30_000,
}
const KEPT_ANSWERS = 50

const SERIES = 5
const MOST_JAILS = 100
const MOST_REPEATS = 8

export function createStatsService(deps: { repository: StatsRepository; now: () => number }): StatsService {
  const { repository, now } = deps
  const answers = new Map<string, { at: number; stats: Promise<Stats> }>()
  return {
    read(query) {
      const key = JSON.stringify([query.range, query.host, query.zone])
      const known = answers.get(key)
      if (known && now() - known.at < FRESH_MS[query.range]) return known.stats
      if (answers.size >= KEPT_ANSWERS) answers.clear()
      const stats = compute(repository, query, now())
      answers.set(key, { at: now(), stats })
      stats.catch(() => answers.delete(key))
      return stats
    },
  }
}

async function compute(repository: StatsRepository, query: StatsQuery, now: number): Promise<Stats> {
  const { range, host } = query
  const span = range === '1h' ? SPANS.short : SPANS.long
  const starts = bucketStarts(range, now, query.zone)
  const from = starts[0] ?? now
  const before = from - (now - from)
  const [counts, lastBans, previousTotal, oldest, figures, failedBefore, figuresSince, repeated, count] =
    await Promise.all([
      repository.bans(span, starts, now + 1, host),
      repository.lastBans(host),
      repository.totalBans(span, before, from, host),
      repository.oldestBanSlot(),
      repository.figures(span, from, now + 1, host),
      repository.figures(span, before, from, host),
      repository.oldestFigureSlot(host),
      repository.worstRepeats(now, host, MOST_REPEATS),
      repository.countRepeats(now, host),
    ])
  const byJail = new Map<string, JailCounts>()
  const jailCounts = (place: { host: string; jail: string }): JailCounts => {
    const key = `${place.host} ${place.jail}`
    const known = byJail.get(key) ?? { ...place, counts: zeros(starts), total: 0, lastAt: 0 }
    byJail.set(key, known)
    return known
  }
  for (const row of counts) {
    const jail = jailCounts(row)
    jail.counts[row.bucket] = row.bans
    jail.total += row.bans
  }
  for (const { at, ...place } of lastBans) jailCounts(place).lastAt = at
  const jails = [...byJail.values()].toSorted(
    (a, b) => b.total - a.total || b.lastAt - a.lastAt || (a.jail < b.jail ? -1 : 1),
  )
  const series = seriesOf(jails, starts)
  const latest = jails.reduce<JailCounts | undefined>(
    (newest, jail) => (jail.lastAt > (newest?.lastAt ?? 0) ? jail : newest),
    undefined,
  )
  return Object.freeze({
    range,
    from: isoOf(from),
    to: isoOf(now),
    buckets: starts.map(isoOf),
    series,
    total: series.reduce((sum, each) => sum + each.total, 0),
    ...(oldest !== undefined && oldest <= before && { previousTotal }),
    jails: jails.slice(0, MOST_JAILS).map(({ lastAt, ...jail }) => ({
      ...jail,
      ...(lastAt > 0 && { lastBanAt: isoOf(lastAt) }),
    })),
    ...(latest && { latestBan: { host: latest.host, jail: latest.jail, at: isoOf(latest.lastAt) } }),
    banned: bannedOf(figures, starts),
    failed: {
      ...failedOf(figures, starts),
      ...(figuresSince !== undefined && {
        since: isoOf(figuresSince),
        ...(figuresSince <= before && { previousTotal: sum(failedBefore, (row) => row.failed) }),
      }),
    },
    repeatOffenders: { days: REPEAT_DAYS, leastBans: REPEAT_BANS, count, items: offendersOf(repeated) },
  })
}

interface JailCounts {
  readonly host: string
  readonly jail: string
  readonly counts: number[]
  total: number
  lastAt: number
}

const isoOf = (ms: number): string => new Date(ms).toISOString()
const zeros = (starts: readonly number[]): number[] => starts.map(() => 0)
const sum = <T>(items: readonly T[], of: (item: T) => number): number =>
  items.reduce((total, item) => total + of(item), 0)

/** The bucket of a time; to be asked with times that never fall. */
function inOrder(starts: readonly number[]): (at: number) => number {
  let bucket = 0
  return (at) => {
    while ((starts[bucket + 1] ?? Infinity) <= at) bucket += 1
    return bucket
  }
}

/** One per jail name, whichever hosts have it. */
function seriesOf(jails: readonly JailCounts[], starts: readonly number[]): StatsSeries[] {
  const named = new Map<string, { jail: string; counts: number[]; total: number }>()
  for (const { jail, counts, total } of jails) {
    if (total === 0) continue
    const series = named.get(jail) ?? { jail, counts: zeros(starts), total: 0 }
    named.set(jail, { jail, counts: added(series.counts, counts), total: series.total + total })
  }
  const all = [...named.values()].toSorted((a, b) => b.total - a.total || (a.jail < b.jail ? -1 : 1))
  // A sixth jail is told apart by its name better than by the word for the rest.
  const others = all.slice(SERIES)
  if (others.length === 0) return all
  const counts = others.reduce((total, series) => added(total, series.counts), zeros(starts))
  return [...all.slice(0, SERIES), { counts, total: sum(others, (series) => series.total) }]
}

function added(a: readonly number[], b: readonly number[]): number[] {
  return a.map((count, index) => count + (b[index] ?? 0))
}

/** The last that was seen in each bucket, of all hosts together. */
function bannedOf(figures: readonly HostFigure[], starts: readonly number[]): Array<number | null> {
  const seen = starts.map(() => new Map<string, number>())
  const bucketOf = inOrder(starts)
  for (const { slot, host, banned } of figures) seen[bucketOf(slot)]?.set(host, banned)
  return seen.map((hosts) => (hosts.size === 0 ? null : sum([...hosts.values()], (banned) => banned)))
}

function failedOf(
  figures: readonly HostFigure[],
  starts: readonly number[],
): { counts: number[]; total: number } {
  const counts = zeros(starts)
  const bucketOf = inOrder(starts)
  for (const { slot, failed } of figures) {
    const bucket = bucketOf(slot)
    counts[bucket] = (counts[bucket] ?? 0) + failed
  }
  return { counts, total: sum(counts, (count) => count) }
}

function offendersOf(rows: readonly Repeat[]): RepeatOffender[] {
  return [...Map.groupBy(rows, ({ host, ip }) => `${host} ${ip}`).values()].flatMap((bans) => {
    const [first] = bans
    if (!first) return []
    return {
      host: first.host,
      ip: first.ip,
      bans: sum(bans, (row) => row.bans),
      jails: bans.map((row) => row.jail),
      lastBanAt: isoOf(Math.max(...bans.map((row) => row.lastAt))),
    }
  })
}
