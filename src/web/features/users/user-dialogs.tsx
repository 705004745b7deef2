import type { UserInfo } from '../../../shared/user.ts'
import { CreateUser } from './create-user.tsx'
import { ResetPassword } from './reset-password.tsx'
import { RoleDialog } from './role-dialog.tsx'
import { UserConfirm } from './user-confirm.tsx'

/** What an administrator is about to do. */
export type UserTask =
  | { readonly kind: 'create' }
  | { readonly kind: 'role' | 'password' | 'disable' | 'enable' | 'delete'; readonly user: UserInfo }

/** The dialog of the task; the last one stays while it fades out. */
export function UserDialogs({
  task,
  round,
  open,
  ownId,
  onOpenChange,
  onDeleted,
}: {
  task: UserTask | undefined
  /** Rises with every task: nothing chosen or typed for one may be there for the next. */
  round: number
  open: boolean
  ownId: string
  onOpenChange: (open: boolean) => void
  onDeleted: () => void
}) {
  if (task === undefined) return null
  if (task.kind === 'create') return <CreateUser open={open} onOpenChange={onOpenChange} />
  const { kind, user } = task
  const dialog = { open, onOpenChange, user }
  if (kind === 'role') return <RoleDialog key={round} {...dialog} isOwn={user.id === ownId} />
  if (kind === 'password') return <ResetPassword key={round} {...dialog} />
  return <UserConfirm key={round} {...dialog} kind={kind} onDeleted={onDeleted} />
}
