import * as z from 'zod/mini'

/**
 * What became of one entry of a jail's ignore list.
 * added / removed: fail2ban's list confirms it. already-listed / not-listed: nothing had to be done. invalid: not an address,
 * never sent. failed: fail2ban refused or did not confirm it; `detail` says why.
 */
export const IgnoreOutcome = z.enum(['added', 'already-listed', 'removed', 'not-listed', 'invalid', 'failed'])
export type IgnoreOutcome = z.infer<typeof IgnoreOutcome>

export const IgnoreResult = z.object({
  /** Canonical where it could be parsed, else as given. */
  ip: z.string(),
  outcome: IgnoreOutcome,
  detail: z.optional(z.string()),
})
export type IgnoreResult = z.infer<typeof IgnoreResult>

export const IgnoreResults = z.object({ items: z.array(IgnoreResult) })

/** Addresses and networks as people type them; host names are refused. */
export const AllowRequest = z.strictObject({
  ips: z
    .array(z.string())
    .check(
      z.minLength(1, 'Name at least one address.'),
      z.maxLength(100, 'Name at most 100 addresses at a time.'),
    ),
  /** One host; all of them unless named. */
  host: z.optional(z.string()),
  /** Also lifts what is banned now: the entry itself, and what lies inside an allowed network. */
  unban: z.boolean(),
})
export type AllowRequest = z.infer<typeof AllowRequest>

/** What one fail2ban did about one address. */
export const HostAllowResult = z.object({
  ip: z.string(),
  /** Jails whose ignore list has it now because of this. */
  addedTo: z.array(z.string()),
  listedIn: z.array(z.string()),
  /** Jails whose list does not have it, and why. */
  failedIn: z.array(z.object({ jail: z.string(), detail: z.string() })),
  unbanned: z.array(z.object({ jail: z.string(), ip: z.string() })),
})
export type HostAllowResult = z.infer<typeof HostAllowResult>

const JailOf = z.object({ host: z.string(), jail: z.string() })
const BanOf = z.extend(JailOf, { ip: z.string() })

/**
 * What became of one address over all hosts. allowed: at least one jail took it up and none failed. already-allowed: every
 * running jail had it. partly: some jails have it and some do not. failed: none has it. invalid: not an address, never sent.
 */
export const AllowResult = z.object({
  ip: z.string(),
  outcome: z.enum(['allowed', 'already-allowed', 'partly', 'failed', 'invalid']),
  allowedIn: z.array(JailOf),
  unbannedFrom: z.array(BanOf),
  /** Bans that still hit it: of a network around it, its own that was not to be lifted, or that fail2ban did not lift. */
  stillBannedBy: z.array(BanOf),
  /** Without a jail: that whole host could not be asked. */
  failedIn: z.array(z.object({ host: z.string(), jail: z.optional(z.string()), detail: z.string() })),
  detail: z.optional(z.string()),
})
export type AllowResult = z.infer<typeof AllowResult>

export const AllowResults = z.object({ items: z.array(AllowResult) })

/** What one round of lifting all bans of a jail has done; `remaining` is what is left for the next. */
export const LiftedBans = z.object({ unbanned: z.int(), remaining: z.int() })
export type LiftedBans = z.infer<typeof LiftedBans>
