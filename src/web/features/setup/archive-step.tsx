import { useState, type FormEvent } from 'react'
import { useLingui } from '@lingui/react/macro'
import { useQuery } from '@tanstack/react-query'
import type { InstanceSettings } from '../../../shared/settings.ts'
import type { SetupStep } from '../../../shared/setup.ts'
import { sentencesOf } from '../../api/api-error.ts'
import { Banner } from '../../ui/banner.tsx'
import { Button } from '../../ui/button.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { draftOf, patchOf, type Draft } from '../settings/instance-draft.ts'
import { HistoryField, ZoneField } from '../settings/instance-fields.tsx'
import { settingsQuery, useChangeSettings } from '../settings/settings.queries.ts'
import styles from './setup.module.css'
import { StepActions, type StepProps } from './step-actions.tsx'
import { StepFrame } from './step-frame.tsx'

/** How long history is kept, and in which zone times are shown. */
export function ArchiveStep(step: StepProps & { skipped: readonly SetupStep[] }) {
  const { t } = useLingui()
  const { data: settings, error, refetch } = useQuery(settingsQuery)
  return (
    <StepFrame
      step="archive"
      skipped={step.skipped}
      title={t`History and time zone`}
      lead={t`BanGUI keeps its own archive of bans, which outlasts fail2ban’s. Both can be changed later in the settings.`}
    >
      {settings && <ArchiveForm settings={settings} step={step} />}
      {!settings && !error && <Skeleton rows={2} height={64} />}
      {!settings && error && (
        <>
          <Banner
            tone="danger"
            urgent
            action={<Button onClick={() => void refetch()}>{t`Try again`}</Button>}
          >
            {sentencesOf(error)}
          </Banner>
          <StepActions step={step} />
        </>
      )}
    </StepFrame>
  )
}

function ArchiveForm({ settings, step }: { settings: InstanceSettings; step: StepProps }) {
  const { t } = useLingui()
  const [edits, setEdits] = useState<Partial<Draft>>({})
  const [isTried, setTried] = useState(false)
  const change = useChangeSettings()
  const draft = { ...draftOf(settings), ...edits }
  const patch = patchOf(draft, settings)

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    if (change.isPending) return
    if (patch === 'invalid') {
      setTried(true)
      const field = event.currentTarget.elements.namedItem('historyDays')
      if (field instanceof HTMLElement) field.focus()
    } else if (Object.keys(patch).length === 0) step.onDone()
    else change.mutate(patch, { onSuccess: step.onDone })
  }

  const fields = {
    settings,
    draft,
    isAdmin: true,
    isTried: isTried && patch === 'invalid',
    onChange: (changes: Partial<Draft>) => setEdits({ ...edits, ...changes }),
  }
  return (
    <form className={styles.form} onSubmit={submit} noValidate>
      <HistoryField {...fields} />
      <ZoneField {...fields} />
      {change.error && (
        <Banner tone="danger" urgent>
          {sentencesOf(change.error)}
        </Banner>
      )}
      <StepActions step={step}>
        <Button type="submit" variant="primary" busy={change.isPending || step.isBusy}>
          {t`Save and continue`}
        </Button>
      </StepActions>
    </form>
  )
}
