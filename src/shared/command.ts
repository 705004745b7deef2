import * as z from 'zod/mini'
import { HostAllowResult, IgnoreResult, LiftedBans } from './allow.ts'
import { IpResult } from './ban.ts'
import { JailName, JailDetail } from './jail.ts'
import { Probe } from './probe.ts'

/**
 * Everything the web role may ask of the agent next to fail2ban. Whoever writes to fail2ban's socket is root, so this
 * closed union is the wall: both ends validate it, and nothing else crosses. Both ends also parse every address again.
 * Durations are whole seconds (fail2ban would evaluate a string as Python).
 */
const Seconds = z.int().check(z.minimum(1), z.maximum(315_360_000))
const Entries = z
  .array(z.string().check(z.minLength(1), z.maxLength(256)))
  .check(z.minLength(1), z.maxLength(500))

export const Command = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('ban'), jail: JailName, ips: Entries }),
  z.strictObject({ kind: z.literal('unban'), jail: JailName, ips: Entries }),
  z.strictObject({ kind: z.literal('unbanEverywhere'), ips: Entries }),
  z.strictObject({ kind: z.literal('unbanJail'), jail: JailName }),
  z.strictObject({ kind: z.literal('probe') }),
  z.strictObject({ kind: z.literal('describeJail'), jail: JailName }),
  z.strictObject({ kind: z.literal('startJail'), jail: JailName }),
  z.strictObject({ kind: z.literal('stopJail'), jail: JailName }),
  z.strictObject({ kind: z.literal('restartJail'), jail: JailName }),
  z.strictObject({ kind: z.literal('reloadJail'), jail: JailName }),
  z.strictObject({ kind: z.literal('idleJail'), jail: JailName }),
  z.strictObject({ kind: z.literal('resumeJail'), jail: JailName }),
  z.strictObject({
    kind: z.literal('setBantime'),
    jail: JailName,
    seconds: z.union([z.literal(-1), Seconds]),
  }),
  z.strictObject({ kind: z.literal('setFindtime'), jail: JailName, seconds: Seconds }),
  z.strictObject({
    kind: z.literal('setMaxretry'),
    jail: JailName,
    count: z.int().check(z.minimum(1), z.maximum(10_000)),
  }),
  z.strictObject({ kind: z.literal('addIgnoreip'), jail: JailName, ips: Entries }),
  z.strictObject({ kind: z.literal('removeIgnoreip'), jail: JailName, ips: Entries }),
  z.strictObject({ kind: z.literal('allowEverywhere'), ips: Entries, unban: z.boolean() }),
])
export type Command = z.infer<typeof Command>
export type CommandKind = Command['kind']

/** What the agent answers. `error` codes are a subset of the catalogue's; the message is for people. */
export const CommandReply = z.discriminatedUnion('ok', [
  z.object({
    ok: z.literal(true),
    results: z.optional(z.array(IpResult)),
    jail: z.optional(JailDetail),
    probe: z.optional(Probe),
    ignored: z.optional(z.array(IgnoreResult)),
    allowed: z.optional(z.array(HostAllowResult)),
    lifted: z.optional(LiftedBans),
  }),
  z.object({
    ok: z.literal(false),
    code: z.enum([
      'validation-failed',
      'jail-not-found',
      'conflict',
      'fail2ban-unavailable',
      'fail2ban-refused',
      'fail2ban-timeout',
      'busy',
      'internal',
    ]),
    message: z.string(),
    nextStep: z.optional(z.string()),
  }),
])
export type CommandReply = z.infer<typeof CommandReply>
