import * as z from 'zod/mini'

/** Why fail2ban banned an address, as far as its database tells. All texts come from log files and are hostile. */
export const BanReason = z.object({
  failures: z.int(),
  /** The matched log lines, oldest first, at most ten, each at most 2,000 characters. */
  matches: z.array(z.string()),
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
  total: z.int(),
  nextCursor: z.optional(z.string()),
})
export type BanPage = z.infer<typeof BanPage>

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
