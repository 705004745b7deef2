import type { UserInfo } from '../../../shared/user.ts'

/** Of every dialog about one user. */
export interface UserDialogProps {
  open: boolean
  onOpenChange: (open: boolean) => void
  user: UserInfo
}
