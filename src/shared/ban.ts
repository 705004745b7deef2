import * as z from 'zod/mini'
import { HostId } from './host.ts'
import { JailName } from './jail.ts'

/** Why fail2ban banned an address, as far as its database tells. All texts come from log files and are hostile. */
export const BanReason = z.object({
  failures: z.int(),
  /** The matched log lines, oldest first, at most ten, each at most 2,000 characters. */
  matches: z.array(z.string()),
  /** There is more: in a list, lines are left out or cut short so that it stays small. The ban by itself has them all. */
  partial: z.optional(z.boolean()),
})
export type BanReason = z.infer<typeof BanReason>

export const Ban = z.object({
  host: z.string(),
  jail: z.string(),
  /** Canonical address or network; where a jail bans something else (a user name), that text. */
  ip: z.string(),
  bannedAt: z.iso.datetime(),
  /** Absent: permanent. */
  expiresAt: z.optional(z.iso.datetime()),
  /** The how-manieth ban of this address in this jail. */
  banCount: z.int(),
  country: z.optional(z.string()),
  reason: z.optional(BanReason),
})
export type Ban = z.infer<typeof Ban>

export const BanSort = z.enum([
  '-bannedAt',
  'bannedAt',
  '-expiresAt',
  'expiresAt',
  'ip',
  '-ip',
  'jail',
  '-jail',
  '-banCount',
  'banCount',
])
export type BanSort = z.infer<typeof BanSort>

export const BanPage = z.object({
  items: z.array(Ban),
  /** How many match. */
  total: z.int(),
  nextCursor: z.optional(z.string()),
  /** Active bans without any filter. */
  all: z.int(),
  /** Given back as `upTo`, it shows the list without the bans that came later. */
  mark: z.int(),
  /** Matching bans that came after `upTo`; 0 without it. */
  newer: z.int(),
})
export type BanPage = z.infer<typeof BanPage>

/** One ban, as lists name it. */
export const BanKey = z.strictObject({
  host: HostId,
  jail: JailName,
  ip: z.string().check(z.minLength(1), z.maxLength(256)),
})
export type BanKey = z.infer<typeof BanKey>

export const UnbanSelected = z.strictObject({
  items: z
    .array(BanKey)
    .check(z.minLength(1, 'Name at least one ban.'), z.maxLength(500, 'Name at most 500 bans at a time.')),
})
export type UnbanSelected = z.infer<typeof UnbanSelected>

/** What became of one of the bans that were to be lifted; `detail` says why one was not. */
export const UnbanResult = z.object({
  host: z.string(),
  jail: z.string(),
  ip: z.string(),
  outcome: z.enum(['unbanned', 'not-banned', 'failed']),
  detail: z.optional(z.string()),
})
export type UnbanResult = z.infer<typeof UnbanResult>
export const UnbanResults = z.object({ items: z.array(UnbanResult) })
export type UnbanResults = z.infer<typeof UnbanResults>

/** Which bans a list shows; what is absent does not restrict it. */
export const BanFilter = z.strictObject({
  host: z.optional(HostId),
  jail: z.optional(JailName),
  q: z.optional(z.string().check(z.maxLength(256))),
})
export type BanFilter = z.infer<typeof BanFilter>

/**
 * Lifts all bans that match, also those that no page has shown. `mark` is that of the list which the person saw, and
 * `expected` the number that the person confirmed: more than that are never lifted.
 */
export const UnbanMatching = z.strictObject({
  filter: BanFilter,
  mark: z.int().check(z.minimum(0)),
  expected: z.int().check(z.minimum(1)),
})
export type UnbanMatching = z.infer<typeof UnbanMatching>

/**
 * waiting, running: under way. cancelled: by a person; what was done stays done. stopped: something was in the way, and
 * `problem` says what. done: every ban that matched was tried.
 */
export const UnbanJobState = z.enum(['waiting', 'running', 'cancelled', 'stopped', 'done'])
export type UnbanJobState = z.infer<typeof UnbanJobState>

export const UnbanJob = z.object({
  id: z.string(),
  /** Name of the user who gave the order. */
  username: z.string(),
  filter: BanFilter,
  state: UnbanJobState,
  /** Bans that matched when the order was given. */
  total: z.int(),
  unbanned: z.int(),
  /** Bans that had ended before their turn came. */
  gone: z.int(),
  failed: z.int(),
  /** The first 100 that could not be lifted. */
  failures: z.array(UnbanResult),
  problem: z.optional(z.string()),
  createdAt: z.iso.datetime(),
  finishedAt: z.optional(z.iso.datetime()),
})
export type UnbanJob = z.infer<typeof UnbanJob>

/** The newest first, at most 20. */
export const UnbanJobs = z.object({ items: z.array(UnbanJob) })
export type UnbanJobs = z.infer<typeof UnbanJobs>

/** Addresses as people type them; each is parsed and reported on its own. */
export const IpList = z
  .array(z.string())
  .check(
    z.minLength(1, 'Name at least one address.'),
    z.maxLength(500, 'Name at most 500 addresses at a time.'),
  )

/** `force` bans even the caller's own address; administrators only. */
export const BanRequest = z.strictObject({ ips: IpList, force: z.optional(z.boolean()) })
export type BanRequest = z.infer<typeof BanRequest>
export const UnbanRequest = z.strictObject({ ips: IpList, host: z.optional(z.string()) })
export type UnbanRequest = z.infer<typeof UnbanRequest>

/**
 * What became of one address of a command.
 * banned / unbanned: fail2ban did it and its list confirms it. already-banned / not-banned: nothing had to be done.
 * invalid: not an address, never sent. failed: fail2ban refused or did not confirm it; `detail` says why.
 */
export const IpOutcome = z.enum(['banned', 'already-banned', 'unbanned', 'not-banned', 'invalid', 'failed'])
export type IpOutcome = z.infer<typeof IpOutcome>

export const IpResult = z.object({
  /** Canonical where it could be parsed, else as given. */
  ip: z.string(),
  outcome: IpOutcome,
  /** The jails it was unbanned from, or banned in. */
  jails: z.optional(z.array(z.string())),
  detail: z.optional(z.string()),
})
export type IpResult = z.infer<typeof IpResult>

export const IpResults = z.object({ items: z.array(IpResult) })
export type IpResults = z.infer<typeof IpResults>
