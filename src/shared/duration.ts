/** As in fail2ban's configuration files; `m` is minutes there, and months and years are averages. */
const WRITTEN: ReadonlyArray<readonly [words: RegExp, seconds: number, shortest: string]> = [
  [/^(?:years?|yea?|yy?)$/, 31_557_600, 'y'],
  [/^(?:months?|mon?)$/, 2_629_800, 'mo'],
  [/^(?:weeks?|wee?|ww?)$/, 604_800, 'w'],
  [/^(?:days?|da|dd?)$/, 86_400, 'd'],
  [/^(?:hours?|hou?|hh?)$/, 3_600, 'h'],
  [/^(?:minutes?|min?|mm?)$/, 60, 'm'],
  [/^(?:seconds?|sec?|ss?)?$/, 1, 's'],
]

/**
 * Seconds of a duration as one writes it in fail2ban's files: `600`, `10m`, `1d 12h`, `-1` for ever. Undefined for everything
 * else; fail2ban itself would evaluate it as Python.
 */
export function parseDuration(text: string): number | undefined {
  const bare = text.trim().toLowerCase()
  if (bare === '-1') return -1
  let seconds = 0
  let read = 0
  for (const [all, amount = '', word = ''] of bare.matchAll(/(\d+(?:[.,]\d+)?)\s*([a-z]*)\s*/gy)) {
    const unit = WRITTEN.find(([words]) => words.test(word))
    if (!unit) return undefined
    seconds += Number(amount.replace(',', '.')) * unit[1]
    read += all.length
  }
  if (read === 0 || read < bare.length) return undefined
  return Number.isSafeInteger(Math.round(seconds)) ? Math.round(seconds) : undefined
}

/** The shortest text that `parseDuration` reads as these seconds: `10m`, `1d12h`, `-1`. */
export function writeDuration(seconds: number): string {
  if (seconds < 0) return '-1'
  let rest = Math.round(seconds)
  const parts: string[] = []
  for (const [, size, suffix] of WRITTEN.slice(2)) {
    const count = Math.floor(rest / size)
    if (count > 0) parts.push(`${count}${suffix}`)
    rest -= count * size
  }
  return parts.length === 0 ? '0s' : parts.join('')
}
