import * as z from 'zod/mini'

/** Whether a text names a time zone of the IANA database, as `Europe/Vienna` or `UTC`. An offset such as `+01:00` is none. */
export function isTimeZone(text: string): boolean {
  if (!/^[A-Za-z][\w+/-]{0,63}$/.test(text)) return false
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}

const TimeZone = z
  .string()
  .check(z.refine(isTimeZone, 'must be the name of a time zone, such as Europe/Vienna or UTC'))

export const LONGEST_HISTORY_DAYS = 36_500
const HISTORY_DAYS = `must be a whole number of days from 1 to ${LONGEST_HISTORY_DAYS}`
const HistoryDays = z
  .int(HISTORY_DAYS)
  .check(z.minimum(1, HISTORY_DAYS), z.maximum(LONGEST_HISTORY_DAYS, HISTORY_DAYS))

/** Who said so: an environment variable, which nobody can change here; an administrator, here; or nobody. */
export const SettingSource = z.enum(['environment', 'database', 'default'])
export type SettingSource = z.infer<typeof SettingSource>

function settingOf<T extends z.ZodMiniType>(value: T) {
  return z.object({
    value,
    /** What it would be if nobody had said anything. */
    default: value,
    source: SettingSource,
    /** The environment variable that fixes it where it is set. */
    variable: z.string(),
  })
}

/** What holds for everybody who uses this installation. */
export const InstanceSettings = z.object({
  /** Zone of times for whoever has chosen none. */
  timeZone: settingOf(z.string()),
  /** How long the archive of bans is kept. */
  historyDays: settingOf(z.int()),
  /** Whether addresses link to outside services, which learn the address when such a link is followed. */
  lookupLinks: settingOf(z.boolean()),
})
export type InstanceSettings = z.infer<typeof InstanceSettings>
export type InstanceSettingName = keyof InstanceSettings

/** What is not named stays as it is; null returns to the default. */
export const SettingsPatch = z.strictObject({
  timeZone: z.optional(z.nullable(TimeZone)),
  historyDays: z.optional(z.nullable(HistoryDays)),
  lookupLinks: z.optional(z.nullable(z.boolean())),
})
export type SettingsPatch = z.infer<typeof SettingsPatch>

/** One variable of the environment that the answering process was started with. */
export const EnvironmentSetting = z.object({
  name: z.string(),
  /** file: read from the file that `NAME_FILE` names. */
  source: z.enum(['environment', 'file', 'default']),
  secret: z.boolean(),
  /** As text. Absent where nothing is set and nothing is the default, and always absent for a secret. */
  value: z.optional(z.string()),
  summary: z.string(),
})
export type EnvironmentSetting = z.infer<typeof EnvironmentSetting>
