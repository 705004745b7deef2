import type { StatsRange } from '../../../shared/stats.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000
const DAY_MS = 86_400_000

interface Even {
  readonly stepMs: number
  readonly count: number
}

const EVEN: Readonly<Record<'1h' | '24h', Even>> = {
  '1h': { stepMs: 2 * MINUTE_MS, count: 30 },
  '24h': { stepMs: 30 * MINUTE_MS, count: 48 },
}
/** By the clock on the wall of a time zone. */
const LOCAL: Readonly<Record<'7d' | '30d', { hours: number; count: number }>> = {
  '7d': { hours: 4, count: 42 },
  '30d': { hours: 24, count: 30 },
}

/**
 * When the buckets of a range begin, in milliseconds and rising; the last one holds `now`. Those of hours and days begin
 * where the zone's do, so that one which holds a change of the clock is an hour shorter or longer.
 */
export function bucketStarts(range: StatsRange, now: number, zone: string): number[] {
  if (range === '1h' || range === '24h') {
    const { stepMs, count } = EVEN[range]
    const last = Math.floor(now / stepMs) * stepMs
    return Array.from({ length: count }, (_, index) => last - (count - 1 - index) * stepMs)
  }
  const { hours, count } = LOCAL[range]
  const wall = new Date(now + offsetAt(now, zone))
  const today = Date.UTC(wall.getUTCFullYear(), wall.getUTCMonth(), wall.getUTCDate())
  const starts: number[] = []
  for (let day = today - Math.ceil((count * hours) / 24) * DAY_MS; day <= today; day += DAY_MS) {
    for (let hour = 0; hour < 24; hour += hours) starts.push(instantOf(day + hour * HOUR_MS, zone))
  }
  // Two readings of the clock are one instant where it jumps over them.
  return [...new Set(starts)].filter((start) => start <= now).slice(-count)
}

/** The instant at which a zone's clocks show what UTC's show at `wall`. */
function instantOf(wall: number, zone: string): number {
  const first = wall - offsetAt(wall, zone)
  return wall - offsetAt(first, zone)
}

const formats = new Map<string, Intl.DateTimeFormat>()
const KEPT_FORMATS = 50

function offsetAt(at: number, zone: string): number {
  let format = formats.get(zone)
  if (!format) {
    if (formats.size >= KEPT_FORMATS) formats.clear()
    format = new Intl.DateTimeFormat('en', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
    })
    formats.set(zone, format)
  }
  const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]))
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0 } = parts
  return Date.UTC(year, month - 1, day, hour, minute) - Math.floor(at / MINUTE_MS) * MINUTE_MS
}
