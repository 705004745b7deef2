import { i18n } from '@lingui/core'
import { t } from '@lingui/core/macro'
import { preferences } from './preferences.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000
const DAY_MS = 86_400_000

let instanceZone: string | undefined

/** The zone that administrators have chosen for whoever has chosen none; undefined where they have not. */
export function setInstanceZone(zone: string | undefined): void {
  instanceZone = zone
}

/** IANA name of the zone in which all times are shown. */
export function shownZone(): string {
  const { timeZone } = preferences()
  const device = Intl.DateTimeFormat().resolvedOptions().timeZone
  const chosen = timeZone === 'auto' ? instanceZone : timeZone
  return chosen !== undefined && isZone(chosen) ? chosen : device
}

export function isZone(name: string): boolean {
  try {
    Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}

const formats = new Map<string, Intl.DateTimeFormat>()

/** In the chosen language and zone. Making a format is slow, and lists ask for many. */
function format(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const zone = shownZone()
  const key = `${String(i18n.locales)} ${zone} ${JSON.stringify(options)}`
  const known = formats.get(key)
  if (known) return known
  const made = new Intl.DateTimeFormat(languages(), { ...options, timeZone: zone })
  formats.set(key, made)
  return made
}

/** For `Intl`: the regional form of the chosen language. */
export function languages(): string[] {
  const { locale, locales } = i18n
  return locales === undefined ? [locale === '' ? 'en' : locale] : [locales].flat()
}

/** `12 s ago`, `in 4 h`; beyond seven days the date. */
export function formatRelative(iso: string, nowMs: number): string {
  const atMs = Date.parse(iso)
  const distanceMs = Math.abs(nowMs - atMs)
  if (distanceMs < 1000) return t`now`
  if (distanceMs > 7 * DAY_MS) return formatDate(atMs, nowMs)
  const distance = formatDistance(distanceMs)
  return atMs <= nowMs ? t`${distance} ago` : t`in ${distance}`
}

function formatDistance(ms: number): string {
  if (ms < MINUTE_MS) return inUnit('s', Math.floor(ms / 1000))
  if (ms < HOUR_MS) return inUnit('min', Math.floor(ms / MINUTE_MS))
  if (ms < 2 * DAY_MS) return inUnit('h', Math.floor(ms / HOUR_MS))
  return inUnit('d', Math.floor(ms / DAY_MS))
}

type Unit = 'w' | 'd' | 'h' | 'min' | 's'

function inUnit(unit: Unit, count: number): string {
  if (unit === 'w') return t`${count} w`
  if (unit === 'd') return t`${count} d`
  if (unit === 'h') return t`${count} h`
  return unit === 'min' ? t`${count} min` : t`${count} s`
}

const UNITS: ReadonlyArray<readonly [unit: Unit, seconds: number]> = [
  ['w', 604_800],
  ['d', 86_400],
  ['h', 3_600],
  ['min', 60],
  ['s', 1],
]

/** A duration: its two largest units, `1 d 2 h`, `10 min`, `0 s`. Negative means permanent in fail2ban. */
export function formatDuration(seconds: number): string {
  if (seconds < 0) return t`permanent`
  const parts: string[] = []
  let rest = Math.round(seconds)
  for (const [unit, size] of UNITS) {
    const count = Math.floor(rest / size)
    if (count > 0) parts.push(inUnit(unit, count))
    rest -= count * size
    if (parts.length === 2) break
  }
  return parts.length > 0 ? parts.join(' ') : inUnit('s', 0)
}

function formatDate(atMs: number, nowMs: number): string {
  const year = format({ year: 'numeric' })
  const isThisYear = year.format(atMs) === year.format(nowMs)
  return format({ day: 'numeric', month: 'short', ...(!isThisYear && { year: 'numeric' }) }).format(atMs)
}

/** `23 Nov 2026, 14:02:11`, for tables that show moments instead of distances. */
export function formatAbsolute(iso: string): string {
  return format({ dateStyle: 'medium', timeStyle: 'medium' }).format(Date.parse(iso))
}

/** Time in the shown zone with its name, and UTC on a second line. */
export function formatMoment(iso: string): string {
  const utc = new Date(iso).toISOString().slice(0, 19).replace('T', ' ')
  return `${formatAbsolute(iso)} (${shownZone()})\n${utc} UTC`
}

/** `14:02`, with the day when it is not today. */
export function formatClock(at: Date, now = new Date()): string {
  const time = format({ hour: '2-digit', minute: '2-digit' }).format(at)
  const day = format({ day: 'numeric', month: 'short' })
  return day.format(at) === day.format(now) ? time : `${day.format(at)}, ${time}`
}

/** `14:02`, where the day goes without saying. */
export function formatTime(at: Date): string {
  return format({ hour: '2-digit', minute: '2-digit' }).format(at)
}

/** `14:02:11` */
export function formatTimeOfDay(at: Date): string {
  return format({ timeStyle: 'medium' }).format(at)
}

/** `Mon 23 Nov`, or without the day of the week. */
export function formatDay(at: Date, weekday = true): string {
  return format({ day: 'numeric', month: 'short', ...(weekday && { weekday: 'short' }) }).format(at)
}

/** `Europe/Vienna (UTC+1)`, for the line that says in which zone a page shows its times. */
export function formatZone(now = new Date()): string {
  const zone = shownZone()
  const parts = new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'shortOffset' }).formatToParts(
    now,
  )
  const offset = parts.find((part) => part.type === 'timeZoneName')?.value.replace('GMT', 'UTC') ?? 'UTC'
  return `${zone} (${offset.replace('-', '−')})`
}
