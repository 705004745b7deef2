import * as z from 'zod/mini'

/**
 * A jail's name as fail2ban takes it, restricted to what is safe in a log line, a URL and a command.
 * fail2ban itself would accept nearly anything; a comma would make its `status` answer ambiguous.
 */
export const JailName = z
  .string()
  .check(
    z.minLength(1),
    z.maxLength(128),
    z.regex(/^[A-Za-z0-9][A-Za-z0-9._@:+-]*$/, 'is not the name of a jail'),
  )

/**
 * active: watching and banning. idle: paused, its bans stay and do not expire.
 * stopped: removed from the running server since BanGUI first saw it, so it bans nobody.
 */
export const JailState = z.enum(['active', 'idle', 'stopped'])
export type JailState = z.infer<typeof JailState>

export const Jail = z.object({
  name: z.string(),
  state: JailState,
  currentlyBanned: z.int(),
  /** Totals count since the jail was started. */
  totalBanned: z.int(),
  currentlyFailed: z.int(),
  totalFailed: z.int(),
  /** Files, or journal matches for a jail that reads systemd's journal. */
  sources: z.array(z.string()),
  /** Seconds; -1 is permanent. Absent until first read. */
  bantimeSeconds: z.optional(z.number()),
  findtimeSeconds: z.optional(z.number()),
  maxretry: z.optional(z.int()),
})
export type Jail = z.infer<typeof Jail>

/** A jail with what is read only when it is looked at; the additions are absent while fail2ban cannot be asked. */
export const JailDetail = z.extend(Jail, {
  ignoreip: z.optional(z.array(z.string())),
  ignoreself: z.optional(z.boolean()),
  actions: z.optional(z.array(z.string())),
})
export type JailDetail = z.infer<typeof JailDetail>
