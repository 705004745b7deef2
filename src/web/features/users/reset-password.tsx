import { useRef, useState, type FormEvent } from 'react'
import { useLingui } from '@lingui/react/macro'
import { ApiError } from '../../api/api-error.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog, DialogActions } from '../../ui/dialog.tsx'
import { showToast } from '../../ui/toast.ts'
import { useWriteBlock } from '../live/live-provider.tsx'
import { passwordProblem } from '../session/password-strength.ts'
import { Failure } from './failure.tsx'
import { FirstPassword } from './first-password.tsx'
import type { UserDialogProps } from './user-dialog-props.ts'
import styles from './users.module.css'
import { useResetPassword } from './users.queries.ts'

/** A new password for somebody else, who is signed out. */
export function ResetPassword({ open, onOpenChange, user }: UserDialogProps) {
  const { t } = useLingui()
  const reset = useResetPassword(user.id)
  const [password, setPassword] = useState('')
  const [fault, setFault] = useState<string | undefined>()
  const field = useRef<HTMLInputElement>(null)
  const block = useWriteBlock()
  const { username } = user

  function show(problem: string | undefined) {
    setFault(problem)
    if (problem !== undefined) field.current?.focus()
  }

  function submit(event: FormEvent) {
    event.preventDefault()
    if (reset.isPending || block !== undefined) return
    const problem = passwordProblem(password, { username })
    show(problem)
    if (problem !== undefined) return
    reset.mutate(password, {
      onSuccess() {
        onOpenChange(false)
        setPassword('')
        showToast({
          tone: 'ok',
          title: t`${username} has a new password`,
          detail: t`Hand it over, and ask for it to be changed after the next sign-in.`,
        })
      },
      onError: (error) => show(inlineOf(error)),
    })
  }

  return (
    <Dialog
      open={open}
      onOpenChange={(next) => {
        reset.reset()
        onOpenChange(next)
      }}
      title={t`Reset the password of ${username}`}
      description={t`${username} is signed out everywhere at once, and signs in with the new password from then on.`}
      initialFocus={field}
    >
      <form className={styles.dialogForm} onSubmit={submit} noValidate>
        <Failure error={inlineOf(reset.error) === undefined ? reset.error : null} />
        <FirstPassword
          ref={field}
          label={t`New password`}
          username={username}
          value={password}
          error={fault}
          onChange={(next) => {
            setPassword(next)
            setFault(undefined)
          }}
        />
        <DialogActions>
          <Button onClick={() => onOpenChange(false)}>{t`Cancel`}</Button>
          <Button type="submit" variant="primary" busy={reset.isPending} disabledReason={block}>
            {reset.isPending ? t`Resetting…` : t`Reset password`}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  )
}

function inlineOf(error: Error | null): string | undefined {
  return error instanceof ApiError ? error.detailOf('/password') : undefined
}
