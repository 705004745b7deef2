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
  /** What the sources are, once known. */
  sourceKind: z.optional(z.enum(['files', 'journal'])),
  /**
   * Log files that bring nothing, where there are any: they do not exist, or fail2ban has given them up since they vanished.
   * Absent also where the agent does not see fail2ban's files.
   */
  missingSources: z.optional(z.array(z.string())),
  /** Seconds; -1 is permanent. Absent until first read. */
  bantimeSeconds: z.optional(z.number()),
  findtimeSeconds: z.optional(z.number()),
  maxretry: z.optional(z.int()),
})
export type Jail = z.infer<typeof Jail>

/**
 * What keeps a jail from banning, worst first. stopped, idle: as its state says. no-log: none of its log files exists, so it
 * cannot ban anyone. log-missing: some do not. Undefined: nothing is known to be wrong.
 */
export type JailProblem = 'stopped' | 'idle' | 'no-log' | 'log-missing'

export function jailProblem(jail: Jail): JailProblem | undefined {
  if (jail.state !== 'active') return jail.state
  const missing = jail.missingSources ?? []
  const present = jail.sources.filter((source) => !missing.includes(source))
  if (jail.sourceKind === 'files' && present.length === 0) return 'no-log'
  return missing.length > 0 ? 'log-missing' : undefined
}

/**
 * One log file of a jail as the agent sees it. missing: it does not exist. given-up: it is there, but fail2ban has stopped
 * watching it while it was not; a reload makes it watch again. unreadable: the agent may not look, which says nothing of
 * fail2ban.
 */
export const LogFile = z.object({
  path: z.string(),
  state: z.enum(['ok', 'missing', 'given-up', 'unreadable']),
  /** When it was last written to. */
  changedAt: z.optional(z.iso.datetime()),
  sizeBytes: z.optional(z.int()),
})
export type LogFile = z.infer<typeof LogFile>

/** How fail2ban lets the bans of an address that comes back grow (`bantime.increment`). */
export const BantimeIncrement = z.object({
  enabled: z.boolean(),
  /** As configured; numbers where fail2ban would compute them. */
  factor: z.optional(z.string()),
  multipliers: z.optional(z.string()),
  formula: z.optional(z.string()),
  /** Seconds. */
  maxtimeSeconds: z.optional(z.number()),
  rndtimeSeconds: z.optional(z.number()),
  /** Bans in other jails count too. */
  overalljails: z.optional(z.boolean()),
})
export type BantimeIncrement = z.infer<typeof BantimeIncrement>

/** What the configuration files say, as far as it can be read from them; a reload brings it back. */
export const ConfiguredJail = z.object({
  bantimeSeconds: z.optional(z.number()),
  findtimeSeconds: z.optional(z.number()),
  maxretry: z.optional(z.int()),
  ignoreip: z.optional(z.array(z.string())),
})
export type ConfiguredJail = z.infer<typeof ConfiguredJail>

/** A jail with what is read only when it is looked at; the additions are absent while fail2ban cannot be asked. */
export const JailDetail = z.extend(Jail, {
  ignoreip: z.optional(z.array(z.string())),
  ignoreself: z.optional(z.boolean()),
  actions: z.optional(z.array(z.string())),
  files: z.optional(z.array(LogFile)),
  usedns: z.optional(z.string()),
  /** Matched lines that fail2ban keeps for each ban. */
  maxmatches: z.optional(z.int()),
  /** Lines that a failregex may span. */
  maxlines: z.optional(z.int()),
  /** As fail2ban has expanded them; at most two hundred, each at most 2,000 characters. */
  failregex: z.optional(z.array(z.string())),
  failregexCount: z.optional(z.int()),
  ignoreregexCount: z.optional(z.int()),
  increment: z.optional(BantimeIncrement),
  configured: z.optional(ConfiguredJail),
  /** Why the configuration of the jail cannot be read: a reload or a start would be refused. */
  configurationProblem: z.optional(z.string()),
})
export type JailDetail = z.infer<typeof JailDetail>

/** The running settings of a jail, to be changed until its next reload. */
export const JailSettingName = z.enum(['bantimeSeconds', 'findtimeSeconds', 'maxretry'])
export type JailSettingName = z.infer<typeof JailSettingName>

/** Those that differ from what the files say. Empty also where these are not known. */
export function changedWhileRunning(jail: JailDetail): JailSettingName[] {
  const { configured } = jail
  if (!configured) return []
  return JailSettingName.options.filter((name) => {
    const [running, written] = [jail[name], configured[name]]
    return running !== undefined && written !== undefined && running !== written
  })
}

/** `ban.Time * (1 << min(ban.Count, 20)) * factor`, unless a formula is configured. */
const MOST_DOUBLINGS = 20

/**
 * For how many seconds the `nth` ban of one address lasts, without the random part. Undefined where only fail2ban can tell,
 * since it evaluates a formula of its own.
 */
export function escalatedBantime(
  { enabled, factor = '1', multipliers, formula, maxtimeSeconds }: BantimeIncrement,
  bantimeSeconds: number,
  nth: number,
): number | undefined {
  if (!enabled || bantimeSeconds < 0 || nth <= 1) return bantimeSeconds
  const steps = multipliers?.trim().split(/\s+/).map(Number)
  const by = Number(factor)
  if (!Number.isFinite(by) || (formula !== undefined && !steps)) return undefined
  const step = steps ? steps[Math.min(nth, steps.length) - 1] : 2 ** Math.min(nth - 1, MOST_DOUBLINGS)
  if (step === undefined || !Number.isFinite(step)) return undefined
  const seconds = bantimeSeconds * by * step
  const longer = steps ? seconds : Math.max(bantimeSeconds, seconds)
  return maxtimeSeconds === undefined ? longer : Math.min(longer, maxtimeSeconds)
}
