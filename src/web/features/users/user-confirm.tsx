import { plural } from '@lingui/core/macro'
import { useLingui } from '@lingui/react/macro'
import { Button } from '../../ui/button.tsx'
import { AlertDialog } from '../../ui/dialog.tsx'
import { showToast } from '../../ui/toast.ts'
import { useWriteBlock } from '../live/live-provider.tsx'
import { Failure } from './failure.tsx'
import type { UserDialogProps } from './user-dialog-props.ts'
import { useChangeUser, useDeleteUser } from './users.queries.ts'

/** Asks before somebody is shut out, let in again, or removed. */
export function UserConfirm({
  open,
  onOpenChange,
  user,
  kind,
  onDeleted,
}: UserDialogProps & { kind: 'disable' | 'enable' | 'delete'; onDeleted: () => void }) {
  const change = useChangeUser(user.id)
  const remove = useDeleteUser(user.id)
  const block = useWriteBlock()
  const words = useWords(user)[kind]
  const mutation = kind === 'delete' ? remove : change

  function confirm() {
    const onSuccess = () => {
      onOpenChange(false)
      showToast({ tone: 'ok', title: words.done })
      if (kind === 'delete') onDeleted()
    }
    if (kind === 'delete') remove.mutate(undefined, { onSuccess })
    else change.mutate({ disabled: kind === 'disable' }, { onSuccess })
  }

  return (
    <AlertDialog
      open={open}
      onOpenChange={(next) => {
        mutation.reset()
        onOpenChange(next)
      }}
      title={words.title}
      description={words.what}
      confirm={
        <Button
          variant={kind === 'delete' ? 'danger' : 'primary'}
          busy={mutation.isPending}
          disabledReason={block}
          onClick={confirm}
        >
          {words.verb}
        </Button>
      }
    >
      <Failure error={mutation.error} />
    </AlertDialog>
  )
}

function useWords({ username, sessions }: UserDialogProps['user']) {
  const { t } = useLingui()
  return {
    disable: {
      title: t`Disable ${username}?`,
      what: plural(sessions, {
        0: `${username} cannot sign in until somebody enables the account again. Nothing is deleted.`,
        one: `${username} is signed out of # browser at once, and cannot sign in until somebody enables the account again. Nothing is deleted.`,
        other: `${username} is signed out of # browsers at once, and cannot sign in until somebody enables the account again. Nothing is deleted.`,
      }),
      verb: t`Disable ${username}`,
      done: t`Disabled ${username}`,
    },
    enable: {
      title: t`Enable ${username}?`,
      what: t`${username} can sign in again, with the same password and role as before.`,
      verb: t`Enable ${username}`,
      done: t`Enabled ${username}`,
    },
    delete: {
      title: t`Delete ${username}?`,
      what: plural(sessions, {
        0: `The account is removed for good. To keep it for later, disable it instead.`,
        one: `${username} is signed out of # browser at once, and the account is removed for good. To keep it for later, disable it instead.`,
        other: `${username} is signed out of # browsers at once, and the account is removed for good. To keep it for later, disable it instead.`,
      }),
      verb: t`Delete ${username}`,
      done: t`Deleted ${username}`,
    },
  }
}
