import * as z from 'zod/mini'
import { BanReason } from './ban.ts'
import { UnbanCause } from './event.ts'

/**
 * What the agent tells the console's database about bans. Times are milliseconds since 1970.
 * A batch is applied at most once: batches of one `epoch` (one life of a feed) are numbered from 1, a repeated number is
 * ignored and a missing one answers `resync`, whereupon the agent starts a new epoch. An epoch begins with `jails` and a
 * reconciliation of each of them: every active ban is named, then `snapshotEnd` ends what the epoch has not named.
 */
const BanFact = z.object({
  jail: z.string(),
  ip: z.string(),
  bannedAt: z.int(),
  /** null: permanent. */
  expiresAt: z.nullable(z.int()),
  banCount: z.int(),
  /** null: fail2ban's database has not told of this ban (yet), and the times are a guess: when it was first seen. */
  reason: z.nullable(BanReason),
})
export type BanFact = z.infer<typeof BanFact>

export const FeedChange = z.discriminatedUnion('kind', [
  /** A ban happened: it is active now and goes into the archive. */
  z.object({ kind: z.literal('ban'), ...BanFact.shape }),
  /** What fail2ban's database tells of a ban that was announced with a guess. Completes its archive entry. */
  z.object({ kind: z.literal('detail'), ...BanFact.shape }),
  /** An active ban ends at another time than was told: it was prolonged, or the jail's bantime was changed. */
  z.object({ kind: z.literal('end'), jail: z.string(), ip: z.string(), expiresAt: z.nullable(z.int()) }),
  z.object({ kind: z.literal('unban'), jail: z.string(), ip: z.string(), at: z.int(), cause: UnbanCause }),
  /** A past ban read from fail2ban's database: into the archive unless it is there already; says nothing about now. */
  z.object({ kind: z.literal('past'), ...BanFact.shape }),
  /** An active ban, news or not. One that the console does not know becomes a ban; a guess never replaces a fact. */
  z.object({ kind: z.literal('present'), ...BanFact.shape }),
  /** All active bans of the jail were named in this epoch: what was not has ended. */
  z.object({ kind: z.literal('snapshotEnd'), jail: z.string(), at: z.int() }),
  /** The jail does not exist on the server any more: whatever was active in it has ended. */
  z.object({ kind: z.literal('jailGone'), jail: z.string(), at: z.int() }),
  /** All jails of the server: whatever was active in another one has ended. */
  z.object({ kind: z.literal('jails'), names: z.array(z.string()), at: z.int() }),
])
export type FeedChange = z.infer<typeof FeedChange>

export const FeedBatch = z.object({
  host: z.string(),
  epoch: z.string(),
  seq: z.int(),
  changes: z.array(FeedChange).check(z.maxLength(500)),
})
export type FeedBatch = z.infer<typeof FeedBatch>

export const FeedAck = z.object({ result: z.enum(['applied', 'repeated', 'resync']) })
export type FeedAck = z.infer<typeof FeedAck>

/** Where the archive ends: `since` is the newest ban time it holds for the host, absent when it holds none. */
export const FeedPosition = z.object({ since: z.optional(z.int()) })
export type FeedPosition = z.infer<typeof FeedPosition>
