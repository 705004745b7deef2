import type { UserInfo } from '../../../shared/user.ts'
import { CreateUser } from './create-user.tsx'
import { ResetPassword } from './reset-password.tsx'
import { RoleDialog } from './role-dialog.tsx'
import { UserConfirm } from './user-confirm.tsx'

/** What an administrator is about to do. */
export type UserTask =
  | { readonly kind: 'create' }
  | { readonly kind: 'role' | 'password' | 'disable' | 'enable' | 'delete'; readonly user: UserInfo }

export interface UserDialogProps {
  open: boolean
  onOpenChange: (open: boolean) => void
  user: UserInfo
}

/** The dialog of the task; the last one stays while it fades out. */
export function UserDialogs({
  task,
  open,
  ownId,
  onOpenChange,
  onDeleted,
}: {
  task: UserTask | undefined
  open: boolean
  ownId: string
  onOpenChange: (open: boolean) => void
  onDeleted: () => void
}) {
  if (task === undefined) return null
  if (task.kind === 'create') return <CreateUser open={open} onOpenChange={onOpenChange} />
  const { kind, user } = task
  const dialog = { open, onOpenChange, user }
  // Nothing typed for one user may be there for the next.
  const key = `${kind} ${user.id}`
  if (kind === 'role') return <RoleDialog key={key} {...dialog} isOwn={user.id === ownId} />
  if (kind === 'password') return <ResetPassword key={key} {...dialog} />
  return <UserConfirm key={key} {...dialog} kind={kind} onDeleted={onDeleted} />
}
