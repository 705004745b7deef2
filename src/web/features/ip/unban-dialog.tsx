import { Plural, useLingui } from '@lingui/react/macro'
import { Button } from '../../ui/button.tsx'
import { AlertDialog } from '../../ui/dialog.tsx'
import { useChangeBlock } from '../bans/use-change-block.ts'

/** Asks before an address is let into many jails at once. */
export function UnbanDialog({
  ip,
  jailCount,
  open,
  onOpenChange,
  onConfirm,
}: {
  ip: string
  jailCount: number
  open: boolean
  onOpenChange: (open: boolean) => void
  onConfirm: () => void
}) {
  const { t } = useLingui()
  return (
    <AlertDialog
      open={open}
      onOpenChange={onOpenChange}
      title={t`Unban ${ip}?`}
      description={
        <Plural value={jailCount} one="It is banned in # jail." other="It is banned in # jails." />
      }
      confirm={
        <Button variant="primary" disabledReason={useChangeBlock()} onClick={onConfirm}>
          <Plural value={jailCount} one="Unban from # jail" other="Unban from # jails" />
        </Button>
      }
    />
  )
}
