import { useState } from 'react'
import { plural } from '@lingui/core/macro'
import { Trans, useLingui } from '@lingui/react/macro'
import { Button } from '../../ui/button.tsx'
import { AlertDialog } from '../../ui/dialog.tsx'
import { Field } from '../../ui/field.tsx'
import { formatNumber } from '../../ui/words.ts'

/** From so many on the number has to be typed. */
const TYPED_FROM = 1_000

interface UnbanDialogProps {
  open: boolean
  onOpenChange: (open: boolean) => void
  count: number
  /** Which bans, as "all bans in sshd". */
  what: string
  busy: boolean
  error: string | undefined
  onConfirm: () => void
}

/** Asks before many bans are lifted, naming which and how many. */
export function UnbanDialog({ open, onOpenChange, count, what, busy, error, onConfirm }: UnbanDialogProps) {
  const { t } = useLingui()
  const [typed, setTyped] = useState('')
  const isTyped = count < TYPED_FROM || typed.replaceAll(/\D/g, '') === String(count)
  const shown = formatNumber(count)
  return (
    <AlertDialog
      open={open}
      onOpenChange={onOpenChange}
      title={plural(count, { one: 'Lift # ban?', other: 'Lift # bans?' })}
      description={
        <Trans>
          This lifts {what}. The addresses can connect again at once, and are banned anew only when they fail
          again.
        </Trans>
      }
      confirm={
        <Button
          variant="danger"
          busy={busy}
          disabledReason={isTyped ? undefined : t`Type ${shown} first.`}
          onClick={onConfirm}
        >
          {plural(count, { one: 'Unban # address', other: 'Unban # addresses' })}
        </Button>
      }
    >
      {count >= TYPED_FROM && (
        <Field
          label={t`Type ${shown} to confirm`}
          inputMode="numeric"
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
      )}
      {error !== undefined && <p role="alert">{error}</p>}
    </AlertDialog>
  )
}
