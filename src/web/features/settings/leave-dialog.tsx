import { useLingui } from '@lingui/react/macro'
import { Button } from '../../ui/button.tsx'
import { AlertDialog } from '../../ui/dialog.tsx'

export function LeaveDialog({
  open,
  onOpenChange,
  onLeave,
}: {
  open: boolean
  onOpenChange: (open: boolean) => void
  onLeave: () => void
}) {
  const { t } = useLingui()
  return (
    <AlertDialog
      open={open}
      onOpenChange={onOpenChange}
      title={t`Leave without saving?`}
      description={t`What you have changed here is not saved yet and would be lost.`}
      confirm={<Button variant="danger" onClick={onLeave}>{t`Discard changes`}</Button>}
    />
  )
}
