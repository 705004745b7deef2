import { useState } from 'react'
import { plural, t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import type { Jail } from '../../../shared/jail.ts'
import { sentencesOf } from '../../api/api-error.ts'
import { Banner } from '../../ui/banner.tsx'
import { Button } from '../../ui/button.tsx'
import { AlertDialog } from '../../ui/dialog.tsx'
import { Field } from '../../ui/field.tsx'
import { Progress } from '../../ui/progress.tsx'
import { formatNumber } from '../../ui/words.ts'
import type { JailActions } from './use-jail-actions.ts'
import { actionEffect, pendingWord } from './jail-words.ts'
import styles from './jails.module.css'
import type { JailAction } from './jails.queries.ts'

/** So many bans at once are lifted only by somebody who has typed whose they are. */
const MANY = 1_000

/** Says what an action does to how many bans, and does it. */
export function ActionDialog({
  open,
  jail,
  actions,
  changes,
}: {
  open: boolean
  jail: Jail
  actions: JailActions
  changes: readonly string[]
}) {
  const [typed, setTyped] = useState('')
  const [shown, setShown] = useState<JailAction>('stop')
  // While it fades out the dialog keeps its words.
  if (actions.asking && actions.asking !== shown) {
    setShown(actions.asking)
    setTyped('')
  }
  const action = actions.asking ?? shown
  const { name } = jail
  const mustType = action === 'stop' || (action !== 'reload' && jail.currentlyBanned >= MANY)
  const isTyped = !mustType || typed.trim() === name
  const isRunning = actions.pending === action
  const block = actions.blockOf(action) ?? (isTyped ? undefined : t`Type ${name} first.`)
  const canConfirm = block === undefined && !isRunning

  function close() {
    setTyped('')
    actions.cancel()
  }

  return (
    <AlertDialog
      open={open}
      onOpenChange={(next) => {
        if (!next) close()
      }}
      title={titleOf(action, jail)}
      description={actionEffect(action, jail, actions.remembers)}
      confirm={
        <Button
          variant={action === 'reload' ? 'primary' : 'danger'}
          busy={isRunning}
          disabledReason={block}
          onClick={() => actions.confirm(action)}
        >
          {isRunning ? pendingWord(action) : confirmWord(action, jail)}
        </Button>
      }
    >
      {action === 'reload' && <Changes changes={changes} />}
      {mustType && (
        <Field
          label={t`Type ${name} to confirm`}
          value={typed}
          autoCapitalize="none"
          onChange={(event) => setTyped(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && canConfirm) actions.confirm(action)
          }}
        />
      )}
      {isRunning && action === 'unban-all' && (
        <Lifting lifted={actions.lifted} total={actions.lifted + jail.currentlyBanned} />
      )}
      {actions.error && <Failure error={actions.error} />}
    </AlertDialog>
  )
}

function Changes({ changes }: { changes: readonly string[] }) {
  return (
    <ul className={styles.changes}>
      {changes.map((change) => (
        <li key={change}>{change}</li>
      ))}
    </ul>
  )
}

function Failure({ error }: { error: Error }) {
  return (
    <Banner tone="danger" urgent>
      {sentencesOf(error)}
    </Banner>
  )
}

function Lifting({ lifted, total }: { lifted: number; total: number }) {
  const [done, all] = [formatNumber(lifted), formatNumber(total)]
  return (
    <Progress
      label={t`Lifting bans`}
      value={lifted}
      max={Math.max(1, total)}
      detail={
        <Trans>
          {done} of {all}
        </Trans>
      }
    />
  )
}

function titleOf(action: JailAction, { name, currentlyBanned: bans }: Jail): string {
  if (action === 'reload') return t`Reload ${name} and lose these changes?`
  if (action === 'stop') {
    return bans === 0
      ? t`Stop ${name}?`
      : plural(bans, { one: `Stop ${name} and lift its # ban?`, other: `Stop ${name} and lift its # bans?` })
  }
  if (action === 'restart') {
    return bans === 0
      ? t`Restart ${name}?`
      : plural(bans, { one: `Restart ${name} with its # ban?`, other: `Restart ${name} with its # bans?` })
  }
  return plural(bans, { one: `Unban # address from ${name}?`, other: `Unban # addresses from ${name}?` })
}

function confirmWord(action: JailAction, { name, currentlyBanned: bans }: Jail): string {
  if (action === 'reload') return t`Reload ${name}`
  if (action === 'stop') return t`Stop ${name}`
  if (action === 'restart') return t`Restart ${name}`
  return plural(bans, { one: 'Unban # address', other: 'Unban # addresses' })
}
