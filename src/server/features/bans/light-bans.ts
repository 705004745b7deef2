import type { Ban, BanReason } from '../../../shared/ban.ts'

/** Of a list's answer, which then stays below 200 kB with its frame. */
const MOST_BYTES = 185_000
/** Enough for what is wanted at a glance, even where there is room for more. */
const MOST_REASON_BYTES = 2_500

/**
 * Bans as a list tells of them: log lines, of which a ban may have 20 kB, are left out or cut so that the whole stays small.
 * What is missing is marked as `partial`.
 */
export function lightBans(bans: readonly Ban[]): Ban[] {
  const bare = bans.reduce((sum, { reason: _reason, ...rest }) => sum + bytesOf(rest) + 60, 0)
  const each = Math.max(0, Math.floor((MOST_BYTES - bare) / Math.max(1, bans.length)))
  const allowed = Math.min(each, MOST_REASON_BYTES)
  return bans.map((ban) => (ban.reason ? { ...ban, reason: lightReason(ban.reason, allowed) } : ban))
}

function lightReason({ failures, matches }: BanReason, allowed: number): BanReason {
  const kept: string[] = []
  let left = allowed
  for (const line of matches) {
    const shown = cut(line, left)
    if (shown !== '') kept.push(shown)
    if (shown !== line) return { failures, matches: kept, partial: true }
    left -= bytesOf(line)
  }
  return { failures, matches: kept }
}

/** The beginning of a line that is at most `bytes` long as JSON. */
function cut(line: string, bytes: number): string {
  if (line.length * 6 <= bytes || bytesOf(line) <= bytes) return line
  let used = 3
  let kept = ''
  for (const letter of line) {
    used += bytesOf(letter) - 3
    if (used > bytes) break
    kept += letter
  }
  return kept
}

/** With a comma behind it. */
function bytesOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value)) + 1
}
