import { useState } from 'react'
import { Trans, useLingui } from '@lingui/react/macro'
import { parseDuration, writeDuration } from '../../../shared/duration.ts'
import type { Host } from '../../../shared/host.ts'
import {
  changedWhileRunning,
  JailSettingName,
  type JailDetail,
  type JailSettingName as SettingName,
} from '../../../shared/jail.ts'
import { sentencesOf } from '../../api/api-error.ts'
import { Badge } from '../../ui/badge.tsx'
import { Banner } from '../../ui/banner.tsx'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { DurationField } from '../../ui/duration-field.tsx'
import { NumberField, parseWhole } from '../../ui/number-field.tsx'
import { formatDuration } from '../../ui/time.ts'
import { showToast } from '../../ui/toast.ts'
import { AskBeforeLeaving } from '../settings/ask-before-leaving.tsx'
import { Escalation } from './escalation.tsx'
import { settingName } from './jail-words.ts'
import styles from './jails.module.css'
import { useChangeSettings, type SettingsChange } from './jails.queries.ts'
import { useJailBlock, useRoleBlock } from './use-block.ts'

type Typed = Partial<Record<SettingName, string>>

const MOST_FAILURES = 10_000
const TEN_YEARS = 315_360_000

/** When and for how long the jail bans. What is typed stays until it is applied or discarded, whatever happens meanwhile. */
export function SettingsCard({ host, jail }: { host: Host; jail: JailDetail }) {
  const { t } = useLingui()
  const form = useSettingsForm(host, jail)
  const changed = changedWhileRunning(jail)
  return (
    <Card
      title={t`When it bans, and for how long`}
      note={changed.length > 0 && <Badge tone="info">{t`Changed while running`}</Badge>}
    >
      <form
        className={styles.body}
        aria-label={t`Settings of ${jail.name}`}
        noValidate
        onSubmit={(event) => {
          event.preventDefault()
          form.apply()
        }}
      >
        <Fields form={form} jail={jail} />
        <p className={styles.note}>
          <Trans>
            Runtime only: a reload or restart of fail2ban brings back what the files say. To keep a change,
            write it into jail.local.
          </Trans>
        </p>
        {form.error && (
          <Banner tone="danger" urgent>
            {sentencesOf(form.error)}
          </Banner>
        )}
        {form.isDirty && (
          <div className={styles.row}>
            <Button
              type="submit"
              variant="primary"
              busy={form.isPending}
              disabledReason={form.block ?? (form.change ? undefined : t`Correct what is marked first.`)}
            >
              {t`Apply now`}
            </Button>
            <Button onClick={form.discard}>{t`Discard`}</Button>
          </div>
        )}
        <Escalation jail={jail} />
      </form>
      <AskBeforeLeaving isDirty={form.isDirty} />
    </Card>
  )
}

interface SettingsForm {
  /** Why it is only to be read; while the server is away one may go on typing. */
  readonly fixed: string | undefined
  /** Why it cannot be applied now. */
  readonly block: string | undefined
  readonly isDirty: boolean
  readonly isPending: boolean
  readonly error: Error | null
  /** What applying it would change; undefined while something typed cannot be read. */
  readonly change: SettingsChange | undefined
  textOf: (name: SettingName) => string
  type: (name: SettingName, text: string) => void
  apply: () => void
  discard: () => void
}

function useSettingsForm(host: Host, jail: JailDetail): SettingsForm {
  const { t } = useLingui()
  const [typed, setTyped] = useState<Typed>({})
  const save = useChangeSettings({ host: host.id, jail: jail.name })
  const unable = useJailBlock('admin', host)
  const forbidden = useRoleBlock('admin')
  const isStopped = jail.state === 'stopped'
  const read = JailSettingName.options.flatMap((name) => {
    const text = typed[name]
    return text === undefined ? [] : [{ name, value: valueOf(name, text) }]
  })
  const different = read.filter(({ name, value }) => value !== jail[name])
  const isReadable = different.every(({ value }) => value !== undefined)
  const change: SettingsChange = Object.fromEntries(different.map(({ name, value }) => [name, value]))
  const { name } = jail

  const stopped = isStopped ? t`The jail is stopped.` : undefined
  const block = stopped ?? unable

  return {
    fixed: stopped ?? forbidden,
    block,
    isDirty: different.length > 0,
    isPending: save.isPending,
    error: save.error,
    change: isReadable && different.length > 0 ? change : undefined,
    textOf: (setting) => typed[setting] ?? written(setting, jail[setting]),
    type(setting, text) {
      save.reset()
      setTyped((current) => ({ ...current, [setting]: text }))
    },
    apply() {
      if (!isReadable || different.length === 0 || save.isPending || block !== undefined) return
      void save.mutateAsync(change).then(
        () => {
          setTyped({})
          showToast({
            tone: 'ok',
            title: t`Changed ${name}`,
            detail: t`It holds until fail2ban is reloaded or restarted.`,
          })
        },
        () => undefined,
      )
    },
    discard() {
      save.reset()
      setTyped({})
    },
  }
}

/** What is typed, as fail2ban takes it; undefined: it does not. */
function valueOf(name: SettingName, text: string): number | undefined {
  if (name === 'maxretry') return parseWhole(text, { min: 1, max: MOST_FAILURES })
  const seconds = parseDuration(text)
  if (seconds === undefined || seconds > TEN_YEARS) return undefined
  if (seconds === -1) return name === 'bantimeSeconds' ? seconds : undefined
  return seconds >= 1 ? seconds : undefined
}

function written(name: SettingName, value: number | undefined): string {
  if (value === undefined) return ''
  return name === 'maxretry' ? String(value) : writeDuration(value)
}

function Fields({ form, jail }: { form: SettingsForm; jail: JailDetail }) {
  const { t } = useLingui()
  const changed = changedWhileRunning(jail)
  const fromFiles = (name: SettingName) => changed.includes(name) && <FromFiles name={name} jail={jail} />
  // The reason is said once: each field would repeat it.
  const common = { readOnly: form.fixed !== undefined, 'aria-disabled': form.fixed !== undefined }
  return (
    <>
      {form.fixed !== undefined && <p className={styles.note}>{form.fixed}</p>}
      <div className={styles.fields}>
        <NumberField
          {...common}
          label={settingName('maxretry')}
          min={1}
          max={MOST_FAILURES}
          value={form.textOf('maxretry')}
          onChange={(text) => form.type('maxretry', text)}
          hint={
            <>
              {t`So many failures lead to a ban.`} {fromFiles('maxretry')}
            </>
          }
        />
        <DurationField
          {...common}
          label={settingName('findtimeSeconds')}
          value={form.textOf('findtimeSeconds')}
          onChange={(text) => form.type('findtimeSeconds', text)}
          hint={
            <>
              {t`Failures count together within this time.`} {fromFiles('findtimeSeconds')}
            </>
          }
        />
        <DurationField
          {...common}
          permanent
          label={settingName('bantimeSeconds')}
          value={form.textOf('bantimeSeconds')}
          onChange={(text) => form.type('bantimeSeconds', text)}
          hint={
            <>
              {t`Moves the end of running bans, too.`} {fromFiles('bantimeSeconds')}
            </>
          }
        />
      </div>
    </>
  )
}

function FromFiles({ name, jail }: { name: SettingName; jail: JailDetail }) {
  const value = jail.configured?.[name]
  if (value === undefined) return null
  const shown = name === 'maxretry' ? value : formatDuration(value)
  return (
    <strong>
      <Trans>Changed while running; the files say {shown}.</Trans>
    </strong>
  )
}
