/** The last moment that has four digits for its year. fail2ban takes ban times of any length and shows no later one either. */
const LAST_MS = Date.UTC(9999, 11, 31, 23, 59, 59)

/** When a ban ends, in milliseconds since 1970; null for one that is permanent (-1) or outlasts every calendar. */
export function endOfBan(bannedAt: number, bantimeSeconds: number): number | null {
  if (bantimeSeconds < 0) return null
  const end = Math.round(bannedAt + bantimeSeconds * 1_000)
  return end > LAST_MS ? null : end
}
