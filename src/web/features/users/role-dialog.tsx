import { useState } from 'react'
import { useLingui } from '@lingui/react/macro'
import { Banner } from '../../ui/banner.tsx'
import { Button } from '../../ui/button.tsx'
import { Dialog, DialogActions } from '../../ui/dialog.tsx'
import { showToast } from '../../ui/toast.ts'
import { useWriteBlock } from '../live/live-provider.tsx'
import { Failure } from './failure.tsx'
import { RoleChoice } from './role-choice.tsx'
import { roleName } from './role.tsx'
import type { UserDialogProps } from './user-dialog-props.ts'
import styles from './users.module.css'
import { useChangeUser } from './users.queries.ts'

/** Another role for a user. */
export function RoleDialog({ open, onOpenChange, user, isOwn }: UserDialogProps & { isOwn: boolean }) {
  const { t } = useLingui()
  const change = useChangeUser(user.id)
  const [role, setRole] = useState(user.role)
  const block = useWriteBlock()
  const { username } = user

  function save() {
    const name = roleName(role)
    change.mutate(
      { role },
      {
        onSuccess() {
          onOpenChange(false)
          showToast({ tone: 'ok', title: t`Changed the role of ${username} to ${name}` })
        },
      },
    )
  }

  return (
    <Dialog
      open={open}
      onOpenChange={(next) => {
        change.reset()
        onOpenChange(next)
      }}
      title={t`Role of ${username}`}
      description={t`It counts from the next request on. Nobody is signed out.`}
    >
      <div className={styles.dialogForm}>
        <Failure error={change.error} />
        <RoleChoice value={role} onChange={setRole} />
        {isOwn && role !== user.role && (
          <Banner tone="warn">
            {t`This is your own account: you will no longer manage users, and cannot take it back yourself.`}
          </Banner>
        )}
        <DialogActions>
          <Button onClick={() => onOpenChange(false)}>{t`Cancel`}</Button>
          <Button
            variant="primary"
            busy={change.isPending}
            disabledReason={block ?? (role === user.role ? t`This is the role already.` : undefined)}
            onClick={save}
          >
            {change.isPending ? t`Changing…` : t`Change role`}
          </Button>
        </DialogActions>
      </div>
    </Dialog>
  )
}
