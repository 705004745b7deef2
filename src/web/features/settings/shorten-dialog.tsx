import { plural } from '@lingui/core/macro'
import { useLingui } from '@lingui/react/macro'
import { Button } from '../../ui/button.tsx'
import { AlertDialog } from '../../ui/dialog.tsx'

export function ShortenDialog({
  open,
  days,
  onOpenChange,
  onConfirm,
}: {
  open: boolean
  days: number
  onOpenChange: (open: boolean) => void
  onConfirm: () => void
}) {
  const { t } = useLingui()
  return (
    <AlertDialog
      open={open}
      onOpenChange={onOpenChange}
      title={plural(days, {
        one: 'Delete what is older than # day?',
        other: 'Delete what is older than # days?',
      })}
      description={t`The archive forgets older bans and unbans within the hour, and nobody can bring them back. Bans that are in force now stay.`}
      confirm={<Button variant="danger" onClick={onConfirm}>{t`Save and delete`}</Button>}
    />
  )
}
