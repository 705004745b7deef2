import { useState, type FormEvent } from 'react'
import { t } from '@lingui/core/macro'
import { useLingui } from '@lingui/react/macro'
import { useQuery } from '@tanstack/react-query'
import { sentencesOf } from '../../api/api-error.ts'
import { Banner } from '../../ui/banner.tsx'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { showToast } from '../../ui/toast.ts'
import { useWriteBlock } from '../live/live-provider.tsx'
import { draftOf, patchOf, shortens, type Draft } from './instance-draft.ts'
import { InstanceFields } from './instance-fields.tsx'
import { AskBeforeLeaving } from './ask-before-leaving.tsx'
import { AskBeforeShortening } from './ask-before-shortening.tsx'
import type { InstanceSettings } from '../../../shared/settings.ts'
import { settingsQuery, useChangeSettings } from './settings.queries.ts'
import styles from './settings-page.module.css'

/** What holds for everybody who uses this installation. Administrators change it, the others see it. */
export function InstanceCard({ isAdmin }: { isAdmin: boolean }) {
  const { t } = useLingui()
  const { data, error, refetch } = useQuery(settingsQuery)
  return (
    <Card title={t`For everybody`} note={t`Kept on the server`}>
      {data && <InstanceForm settings={data} isAdmin={isAdmin} />}
      {!data && !error && <Skeleton rows={3} height={64} />}
      {!data && error && (
        <EmptyState
          tone="danger"
          title={t`The settings could not be read`}
          detail={sentencesOf(error)}
          action={<Button onClick={() => void refetch()}>{t`Try again`}</Button>}
        />
      )}
    </Card>
  )
}

function InstanceForm({ settings, isAdmin }: { settings: InstanceSettings; isAdmin: boolean }) {
  const [edits, setEdits] = useState<Partial<Draft>>({})
  const [isTried, setTried] = useState(false)
  const [isAsking, setAsking] = useState(false)
  const change = useChangeSettings()
  const draft = { ...draftOf(settings), ...edits }
  const patch = patchOf(draft, settings)
  const isDirty = patch === 'invalid' || Object.keys(patch).length > 0

  function forget() {
    setEdits({})
    setTried(false)
  }

  function save() {
    setAsking(false)
    if (patch === 'invalid' || change.isPending) return
    change.mutate(patch, {
      onSuccess() {
        forget()
        showToast({ tone: 'ok', title: t`Settings saved` })
      },
    })
  }

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    if (!isDirty) return
    if (patch === 'invalid') {
      setTried(true)
      const field = event.currentTarget.elements.namedItem('historyDays')
      if (field instanceof HTMLElement) field.focus()
    } else if (shortens(patch, settings)) setAsking(true)
    else save()
  }

  return (
    <form className={styles.fields} onSubmit={submit} noValidate>
      <InstanceFields
        settings={settings}
        draft={draft}
        isTried={isTried && patch === 'invalid'}
        isAdmin={isAdmin}
        onChange={(changes) => setEdits({ ...edits, ...changes })}
      />
      {change.error && (
        <Banner tone="danger" urgent>
          {sentencesOf(change.error)}
        </Banner>
      )}
      {isAdmin && <FormActions isDirty={isDirty} isBusy={change.isPending} onDiscard={forget} />}
      <AskBeforeLeaving isDirty={isDirty && !change.isPending} />
      <AskBeforeShortening
        open={isAsking}
        days={patch === 'invalid' ? 0 : (patch.historyDays ?? settings.historyDays.default)}
        onOpenChange={setAsking}
        onConfirm={save}
      />
    </form>
  )
}

function FormActions({
  isDirty,
  isBusy,
  onDiscard,
}: {
  isDirty: boolean
  isBusy: boolean
  onDiscard: () => void
}) {
  const { t } = useLingui()
  const block = useWriteBlock()
  return (
    <div className={styles.actions}>
      <Button
        type="submit"
        variant="primary"
        busy={isBusy}
        disabledReason={block ?? (isDirty ? undefined : t`Nothing has been changed.`)}
      >
        {t`Save changes`}
      </Button>
      {isDirty && (
        <Button variant="ghost" onClick={onDiscard}>
          {t`Discard`}
        </Button>
      )}
    </div>
  )
}
