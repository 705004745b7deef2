import {
  LONGEST_HISTORY_DAYS,
  type InstanceSettingName,
  type InstanceSettings,
  type SettingsPatch,
} from '../../../shared/settings.ts'
import { parseWhole } from '../../ui/number-field.tsx'

export const HISTORY_RANGE = { min: 1, max: LONGEST_HISTORY_DAYS } as const

/** The settings as they are edited. null: as by default. */
export interface Draft {
  readonly timeZone: string | null
  /** As typed. */
  readonly historyDays: string | null
  readonly lookupLinks: boolean | null
}

export function draftOf({ timeZone, historyDays, lookupLinks }: InstanceSettings): Draft {
  return {
    timeZone: timeZone.source === 'default' ? null : timeZone.value,
    historyDays: historyDays.source === 'default' ? null : String(historyDays.value),
    lookupLinks: lookupLinks.source === 'default' ? null : lookupLinks.value,
  }
}

/** What is to be sent; `invalid` where something cannot be. */
export function patchOf(draft: Draft, settings: InstanceSettings): SettingsPatch | 'invalid' {
  const days = draft.historyDays === null ? null : parseWhole(draft.historyDays, HISTORY_RANGE)
  if (days === undefined) return 'invalid'
  return {
    ...(differs(settings, 'timeZone', draft.timeZone) && { timeZone: draft.timeZone }),
    ...(differs(settings, 'historyDays', days) && { historyDays: days }),
    ...(differs(settings, 'lookupLinks', draft.lookupLinks) && { lookupLinks: draft.lookupLinks }),
  }
}

function differs(
  settings: InstanceSettings,
  name: InstanceSettingName,
  wanted: string | number | boolean | null,
): boolean {
  const { source, value, default: standard } = settings[name]
  if (source === 'environment') return false
  return source === 'default' ? wanted !== null && wanted !== standard : wanted !== value
}

/** Whether saving deletes what is kept now. */
export function shortens(patch: SettingsPatch, { historyDays }: InstanceSettings): boolean {
  if (patch.historyDays === undefined) return false
  return (patch.historyDays ?? historyDays.default) < historyDays.value
}
