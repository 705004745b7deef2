const UNITS: ReadonlyArray<readonly [suffix: string, seconds: number]> = [
  ['w', 604_800],
  ['d', 86_400],
  ['h', 3_600],
  ['min', 60],
  ['s', 1],
]

/** A duration for people: the two largest units, `1 d 2 h`, `10 min`, `0 s`. Negative means permanent in fail2ban. */
export function formatDuration(seconds: number): string {
  if (seconds < 0) return 'permanent'
  const parts: string[] = []
  let rest = Math.round(seconds)
  for (const [suffix, size] of UNITS) {
    const count = Math.floor(rest / size)
    if (count > 0) parts.push(`${count} ${suffix}`)
    rest -= count * size
    if (parts.length === 2) break
  }
  return parts.length > 0 ? parts.join(' ') : '0 s'
}
