import * as z from 'zod/mini'

export const StatsRange = z.enum(['1h', '24h', '7d', '30d'])
export type StatsRange = z.infer<typeof StatsRange>

/** Bans, or whatever is counted, in each of the buckets. */
const Counts = z.array(z.int())

/** The bans of one jail; `jail` is absent for those of all jails that have no series of their own. */
export const StatsSeries = z.object({ jail: z.optional(z.string()), counts: Counts, total: z.int() })
export type StatsSeries = z.infer<typeof StatsSeries>

export const JailStats = z.object({
  host: z.string(),
  jail: z.string(),
  counts: Counts,
  total: z.int(),
  /** Whenever it was, also before the range. */
  lastBanAt: z.optional(z.iso.datetime()),
})
export type JailStats = z.infer<typeof JailStats>

export const RepeatOffender = z.object({
  host: z.string(),
  ip: z.string(),
  /** Within the last days, in whichever jails. */
  bans: z.int(),
  jails: z.array(z.string()),
  lastBanAt: z.iso.datetime(),
})
export type RepeatOffender = z.infer<typeof RepeatOffender>

/** Bans over time, counted by the archive's times. */
export const Stats = z.object({
  range: StatsRange,
  from: z.iso.datetime(),
  to: z.iso.datetime(),
  /** When each bucket begins; it ends where the next one begins, and the last one, which is not over yet, at `to`. */
  buckets: z.array(z.iso.datetime()),
  /** The five busiest jails, the busiest first, then all others together. */
  series: z.array(StatsSeries),
  /** The sum of all series. */
  total: z.int(),
  /** In the time of the same length before `from`; absent where the archive does not reach back so far. */
  previousTotal: z.optional(z.int()),
  /** Every jail that has ever banned anybody, the busiest of the range first; at most 100. */
  jails: z.array(JailStats),
  latestBan: z.optional(z.object({ host: z.string(), jail: z.string(), at: z.iso.datetime() })),
  /** Addresses banned at the end of each bucket, as fail2ban counts them; null where nobody was looking. */
  banned: z.array(z.nullable(z.int())),
  /** Failures that fail2ban counted while the console was looking, which it has been since `since`. */
  failed: z.object({
    counts: Counts,
    total: z.int(),
    previousTotal: z.optional(z.int()),
    since: z.optional(z.iso.datetime()),
  }),
  /** Addresses that were banned at least `leastBans` times in the last `days` days; `items` are the worst of them. */
  repeatOffenders: z.object({
    days: z.int(),
    leastBans: z.int(),
    count: z.int(),
    items: z.array(RepeatOffender),
  }),
})
export type Stats = z.infer<typeof Stats>
