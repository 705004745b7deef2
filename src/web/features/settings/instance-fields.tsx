import type { ReactNode } from 'react'
import { useLingui } from '@lingui/react/macro'
import type { InstanceSettingName, InstanceSettings } from '../../../shared/settings.ts'
import { Button } from '../../ui/button.tsx'
import { Checkbox } from '../../ui/checkbox.tsx'
import { NumberField } from '../../ui/number-field.tsx'
import { formatNumber } from '../../ui/words.ts'
import { HISTORY_RANGE, type Draft } from './instance-draft.ts'
import styles from './settings-page.module.css'
import { ZonePicker } from './zone-picker.tsx'

interface FieldsProps {
  readonly settings: InstanceSettings
  readonly draft: Draft
  readonly isAdmin: boolean
  /** Say what is wrong although the field has not been left. */
  readonly isTried: boolean
  readonly onChange: (changes: Partial<Draft>) => void
}

export function InstanceFields(props: FieldsProps) {
  return (
    <>
      <ZoneField {...props} />
      <HistoryField {...props} />
      <LinksField {...props} />
    </>
  )
}

/** Why somebody cannot change a setting; undefined where they can. */
function useReason({ settings, isAdmin }: FieldsProps, name: InstanceSettingName): string | undefined {
  const { t } = useLingui()
  const { source, variable } = settings[name]
  if (source === 'environment') {
    return t`Fixed by ${variable}. To change it, change that variable and start BanGUI again.`
  }
  return isAdmin ? undefined : t`Only administrators can change this.`
}

export function ZoneField(props: FieldsProps) {
  const { t } = useLingui()
  const { draft, onChange } = props
  const reason = useReason(props, 'timeZone')
  return (
    <WithReset {...props} name="timeZone" isLocked={reason !== undefined} label={t`Time zone`}>
      <ZonePicker
        label={t`Time zone`}
        value={draft.timeZone ?? 'default'}
        first={[{ value: 'default', label: t`Each device’s own` }]}
        onChange={(zone) => onChange({ timeZone: zone === 'default' ? null : zone })}
        hint={t`Of times for everybody who has not chosen a zone for themselves.`}
        disabledReason={reason}
      />
    </WithReset>
  )
}

export function HistoryField(props: FieldsProps) {
  const { t } = useLingui()
  const { settings, draft, isTried, onChange } = props
  const reason = useReason(props, 'historyDays')
  const [min, max] = [formatNumber(HISTORY_RANGE.min), formatNumber(HISTORY_RANGE.max)]
  return (
    <WithReset {...props} name="historyDays" isLocked={reason !== undefined} label={t`Days of history`}>
      <NumberField
        label={t`Days of history`}
        name="historyDays"
        value={draft.historyDays ?? String(settings.historyDays.default)}
        {...HISTORY_RANGE}
        error={isTried ? t`Enter a whole number from ${min} to ${max}.` : undefined}
        onChange={(text) => onChange({ historyDays: text })}
        hint={t`How long bans and unbans stay in the archive. Older ones are deleted once an hour.`}
        disabledReason={reason}
      />
    </WithReset>
  )
}

function LinksField(props: FieldsProps) {
  const { t } = useLingui()
  const { settings, draft, onChange } = props
  const reason = useReason(props, 'lookupLinks')
  const label = t`Offer links to services that know addresses`
  return (
    <WithReset {...props} name="lookupLinks" isLocked={reason !== undefined} label={label}>
      <Checkbox
        label={label}
        hint={t`Whoever follows such a link tells the service which address they look at. Off takes the links away for everybody.`}
        checked={draft.lookupLinks ?? settings.lookupLinks.default}
        onChange={(checked) => onChange({ lookupLinks: checked })}
        disabledReason={reason}
      />
    </WithReset>
  )
}

/** Below what is not as by default: the way back. */
function WithReset({
  draft,
  name,
  label,
  isLocked,
  onChange,
  children,
}: FieldsProps & {
  name: InstanceSettingName
  label: string
  isLocked: boolean
  children: ReactNode
}) {
  const { t } = useLingui()
  return (
    <div>
      {children}
      {draft[name] !== null && !isLocked && (
        <Button
          variant="ghost"
          size="small"
          className={styles.reset}
          aria-label={t`Reset to default: ${label}`}
          onClick={() => onChange({ [name]: null })}
        >
          {t`Reset to default`}
        </Button>
      )}
    </div>
  )
}
