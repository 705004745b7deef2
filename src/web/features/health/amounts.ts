import { formatNumber } from '../../ui/words.ts'

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB']

/** `812 B`, `1.2 MB`, `94 MB`, in thousands. */
export function formatBytes(bytes: number): string {
  let value = bytes
  let unit = 0
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000
    unit += 1
  }
  const digits = unit > 0 && value < 9.95 ? 1 : 0
  return `${rounded(value, digits, digits)} ${UNITS[unit]}`
}

/** `0.4 ms`, `12 ms`, `3.2 s`, `2 min`. */
export function formatMilliseconds(ms: number): string {
  if (ms < 9.95) return `${rounded(ms, 1)} ms`
  if (ms < 999.5) return `${rounded(ms, 0)} ms`
  if (ms < 59_950) return `${rounded(ms / 1000, 1, 1)} s`
  return `${rounded(ms / 60_000, 0)} min`
}

function rounded(value: number, maximumFractionDigits: number, minimumFractionDigits = 0): string {
  return formatNumber(value, { maximumFractionDigits, minimumFractionDigits })
}
