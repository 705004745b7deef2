import * as z from 'zod/mini'
import { BanReason } from './ban.ts'
import { UnbanCause } from './event.ts'

/**
 * What the agent tells the console's database about bans. Times are milliseconds since 1970.
 * A batch is applied in one transaction, at most once: batches of one `epoch` (one life of a feed) are numbered from 1,
 * a repeated number is ignored and a missing one answers `resync`, whereupon the agent starts a new epoch with a snapshot.
 */
const BanFact = z.object({
  jail: z.string(),
  ip: z.string(),
  bannedAt: z.int(),
  /** null: permanent. */
  expiresAt: z.nullable(z.int()),
  banCount: z.int(),
  reason: z.nullable(BanReason),
})
export type BanFact = z.infer<typeof BanFact>

export const FeedChange = z.discriminatedUnion('kind', [
  /** A ban happened: it is active now and goes into the archive. */
  z.object({ kind: z.literal('ban'), ...BanFact.shape }),
  /** More became known about an active ban (its reason, its true end). No new archive entry. */
  z.object({ kind: z.literal('detail'), ...BanFact.shape }),
  z.object({ kind: z.literal('unban'), jail: z.string(), ip: z.string(), at: z.int(), cause: UnbanCause }),
  /** A past ban read from fail2ban's database: into the archive unless it is there already; says nothing about now. */
  z.object({ kind: z.literal('past'), ...BanFact.shape }),
  /**
   * Reconciliation of one jail: `snapshotStart`, then `present` for every active ban, then `snapshotEnd`. What is active in
   * the console and was not named in between has ended. A present ban the console does not know becomes a ban.
   */
  z.object({ kind: z.literal('snapshotStart'), jail: z.string() }),
  z.object({ kind: z.literal('present'), ...BanFact.shape }),
  z.object({ kind: z.literal('snapshotEnd'), jail: z.string(), at: z.int() }),
  /** The jail does not exist on the server any more: whatever was active in it has ended. */
  z.object({ kind: z.literal('jailGone'), jail: z.string(), at: z.int() }),
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
