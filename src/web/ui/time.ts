const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000
const DAY_MS = 86_400_000

/** `12 s ago`, `in 4 h`; beyond seven days the date. */
export function formatRelative(iso: string, nowMs: number): string {
  const atMs = Date.parse(iso)
  const distanceMs = Math.abs(nowMs - atMs)
  const past = atMs <= nowMs
  if (distanceMs < 1000) return 'now'
  if (distanceMs > 7 * DAY_MS) return formatDate(atMs, nowMs)
  const amount =
    distanceMs < MINUTE_MS
      ? `${Math.floor(distanceMs / 1000)} s`
      : distanceMs < HOUR_MS
        ? `${Math.floor(distanceMs / MINUTE_MS)} min`
        : distanceMs < 2 * DAY_MS
          ? `${Math.floor(distanceMs / HOUR_MS)} h`
          : `${Math.floor(distanceMs / DAY_MS)} d`
  return past ? `${amount} ago` : `in ${amount}`
}

function formatDate(atMs: number, nowMs: number): string {
  const at = new Date(atMs)
  const sameYear = at.getFullYear() === new Date(nowMs).getFullYear()
  return at.toLocaleDateString(undefined, {
    day: 'numeric',
    month: 'short',
    ...(!sameYear && { year: 'numeric' }),
  })
}

/** Local time with its zone, and UTC on a second line. */
export function formatMoment(iso: string): string {
  const at = new Date(iso)
  const local = at.toLocaleString(undefined, {
    dateStyle: 'medium',
    timeStyle: 'medium',
  })
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone
  return `${local} (${zone})\n${at.toISOString().slice(0, 19).replace('T', ' ')} UTC`
}

/** `14:02`, with the day when it is not today. */
export function formatClock(at: Date, now = new Date()): string {
  const time = at.toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit' })
  if (at.toDateString() === now.toDateString()) return time
  return `${at.toLocaleDateString(undefined, { day: 'numeric', month: 'short' })}, ${time}`
}

/** `Europe/Vienna (UTC+1)`, for the line that says in which zone a page shows its times. */
export function formatZone(now = new Date()): string {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone
  const minutes = -now.getTimezoneOffset()
  const hours = Math.floor(Math.abs(minutes) / 60)
  const rest = Math.abs(minutes) % 60
  const sign = minutes < 0 ? '−' : '+'
  return `${zone} (UTC${sign}${hours}${rest === 0 ? '' : `:${String(rest).padStart(2, '0')}`})`
}
