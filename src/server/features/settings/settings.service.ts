import {
  isTimeZone,
  SettingsPatch,
  type InstanceSettingName,
  type InstanceSettings,
  type SettingSource,
} from '../../../shared/settings.ts'
import type { Db } from '../../db/database.ts'
import type { Actor } from '../../http/endpoint.ts'
import { AppError } from '../../lib/errors.ts'
import type { Logger } from '../../lib/logger.ts'

/** What holds right now, whoever said so. */
export type InstanceValues = { readonly [Name in InstanceSettingName]: InstanceSettings[Name]['value'] }

/** What the environment says, which nobody can change here. */
export type FixedSettings = { readonly [Name in InstanceSettingName]?: InstanceValues[Name] | undefined }

/** The settings of the installation. They are in the database and read when they are used, so all processes obey a change. */
export interface SettingsService {
  read(): Promise<InstanceSettings>
  values(): Promise<InstanceValues>
  /** All of it or nothing. Throws `setting-locked` where the environment has the say. */
  change(patch: SettingsPatch, actor: Pick<Actor, 'username'>): Promise<InstanceSettings>
}

export const SETTING_VARIABLES = {
  timeZone: 'BANGUI_TIME_ZONE',
  historyDays: 'BANGUI_HISTORY_DAYS',
  lookupLinks: 'BANGUI_LOOKUP_LINKS',
} as const satisfies Record<InstanceSettingName, string>

const NAMES = ['timeZone', 'historyDays', 'lookupLinks'] as const
const HISTORY_DAYS = 365
const KEY_PREFIX = 'console/'

export function createSettingsService(deps: { db: Db; fixed: FixedSettings; log: Logger }): SettingsService {
  const { db, fixed, log } = deps
  const zone = serverZone()
  const defaults: InstanceValues = { timeZone: zone, historyDays: HISTORY_DAYS, lookupLinks: true }

  async function chosen(): Promise<SettingsPatch> {
    const rows = await db.selectFrom('settings').selectAll().where('key', 'like', `${KEY_PREFIX}%`).execute()
    const kept = rows.map((row) => [row.key.slice(KEY_PREFIX.length), jsonOf(row.value)] as const)
    return Object.assign({}, ...kept.map(([name, value]) => oneOf(name, value))) as SettingsPatch
  }

  async function read(): Promise<InstanceSettings> {
    const kept = await chosen()
    const setting = <Name extends InstanceSettingName>(name: Name) => ({
      value: (fixed[name] ?? kept[name] ?? defaults[name]) as InstanceValues[Name],
      default: defaults[name],
      source: sourceOf(fixed[name], kept[name]),
      variable: SETTING_VARIABLES[name],
    })
    return {
      timeZone: setting('timeZone'),
      historyDays: setting('historyDays'),
      lookupLinks: setting('lookupLinks'),
    }
  }

  return {
    read,

    async values() {
      const { timeZone, historyDays, lookupLinks } = await read()
      return {
        timeZone: timeZone.value,
        historyDays: historyDays.value,
        lookupLinks: lookupLinks.value,
      }
    },

    async change(patch, actor) {
      const named = NAMES.filter((name) => patch[name] !== undefined)
      const locked = named.filter((name) => fixed[name] !== undefined)
      if (locked.length > 0) throw lockedBy(locked)
      await db.transaction().execute(async (tx) => {
        for (const name of named) {
          const key = KEY_PREFIX + name
          const value = JSON.stringify(name === 'timeZone' ? canonicalZone(patch.timeZone) : patch[name])
          if (patch[name] === null) await tx.deleteFrom('settings').where('key', '=', key).execute()
          else
            await tx
              .insertInto('settings')
              .values({ key, value })
              .onConflict((conflict) => conflict.column('key').doUpdateSet({ value }))
              .execute()
        }
      })
      if (named.length > 0) log.info({ user: actor.username, settings: patch }, 'settings were changed')
      return read()
    },
  }
}

function sourceOf(fixed: unknown, kept: unknown): SettingSource {
  if (fixed !== undefined) return 'environment'
  return kept === undefined ? 'default' : 'database'
}

/** What cannot be read, as a newer version may have written it, counts as not said. */
function oneOf(name: string, value: unknown): SettingsPatch {
  return SettingsPatch.safeParse({ [name]: value }).data ?? {}
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function canonicalZone(zone: string | null | undefined): string | undefined {
  if (zone === null || zone === undefined) return undefined
  return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone
}

function serverZone(): string {
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions()
  return isTimeZone(timeZone) ? timeZone : 'UTC'
}

function lockedBy(names: readonly InstanceSettingName[]): AppError {
  const variables = names.map((name) => SETTING_VARIABLES[name])
  return new AppError(
    'setting-locked',
    `The environment of BanGUI fixes this with ${variables.join(' and ')}, so nothing was changed.`,
    {
      errors: names.map((name) => ({
        in: 'body',
        pointer: `/${name}`,
        detail: `is fixed by ${SETTING_VARIABLES[name]}`,
      })),
    },
  )
}
