import * as z from 'zod/mini'
import { BanReason } from './ban.ts'
import { Host } from './host.ts'
import { Jail } from './jail.ts'

/** How a ban ended: its time ran out; somebody lifted it; or only its absence was seen (restart, purge, reload). */
export const UnbanCause = z.enum(['expired', 'lifted', 'unknown'])
export type UnbanCause = z.infer<typeof UnbanCause>

/** One entry of the archive of bans and unbans; `id` rises with every entry. */
export const BanEvent = z.object({
  id: z.int(),
  kind: z.enum(['ban', 'unban']),
  host: z.string(),
  jail: z.string(),
  ip: z.string(),
  at: z.iso.datetime(),
  expiresAt: z.optional(z.iso.datetime()),
  banCount: z.optional(z.int()),
  reason: z.optional(BanReason),
  cause: z.optional(UnbanCause),
})
export type BanEvent = z.infer<typeof BanEvent>

/**
 * Messages of `GET /api/v1/events`, by the name in the stream's `event:` line.
 * `ban`, `unban` carry the archive's id as the stream's `id:` and are replayed after `Last-Event-ID`.
 * `host` (state and counters changed), `state` (the session store went away or came back) and `reset` (too much was missed:
 * fetch everything again) are not replayed.
 */
export const HostEvent = z.object({ host: Host, jails: z.array(Jail) })
export type HostEvent = z.infer<typeof HostEvent>

/** Whether the session store is reachable; told when that changes. While it is not, nobody is signed out. */
export const StateEvent = z.object({ state: z.enum(['ok', 'degraded']), detail: z.optional(z.string()) })
export type StateEvent = z.infer<typeof StateEvent>

export const ResetEvent = z.object({ reason: z.string() })
export type ResetEvent = z.infer<typeof ResetEvent>

/** What kind of address it is, by IANA's registries of special-purpose addresses. */
export const AddressScope = z.enum([
  'public',
  'private',
  'loopback',
  'link-local',
  'documentation',
  'multicast',
  'reserved',
])

/** Everything known about one address or network. */
export const IpReport = z.object({
  /** Canonical form of what was asked. */
  ip: z.string(),
  kind: z.enum(['address', 'network']),
  /** A network has a scope other than `public` only where it lies wholly inside that scope. */
  scope: AddressScope,
  /** Bans of exactly this entry, of networks that contain it, and, for a network, of entries inside it; at most 500. */
  bans: z.array(
    z.object({
      host: z.string(),
      jail: z.string(),
      ip: z.string(),
      bannedAt: z.iso.datetime(),
      expiresAt: z.optional(z.iso.datetime()),
      banCount: z.int(),
      reason: z.optional(BanReason),
      relation: z.enum(['exact', 'contains', 'inside']),
    }),
  ),
  /**
   * Running jails that never ban it, with the entry of their ignore list that covers it; only entries that are addresses or
   * networks can be compared, and they may be up to ten seconds old.
   */
  ignoredBy: z.array(z.object({ host: z.string(), jail: z.string(), entry: z.string() })),
  /** Newest first, at most 100. */
  events: z.array(BanEvent),
})
export type IpReport = z.infer<typeof IpReport>
