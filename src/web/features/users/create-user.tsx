import { useRef, useState, type FormEvent } from 'react'
import { useLingui } from '@lingui/react/macro'
import { Username, type Role } from '../../../shared/session.ts'
import { ApiError } from '../../api/api-error.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog, DialogActions } from '../../ui/dialog.tsx'
import { Field } from '../../ui/field.tsx'
import { showToast } from '../../ui/toast.ts'
import { useWriteBlock } from '../live/live-provider.tsx'
import { passwordProblem } from '../session/password-strength.ts'
import { Failure } from './failure.tsx'
import { FirstPassword } from './first-password.tsx'
import { RoleChoice } from './role-choice.tsx'
import styles from './users.module.css'
import { useCreateUser } from './users.queries.ts'

const NOTHING: { username: string; role: Role; password: string } = {
  username: '',
  role: 'viewer',
  password: '',
}

interface DialogState {
  open: boolean
  onOpenChange: (open: boolean) => void
}

interface Faults {
  username?: string | undefined
  password?: string | undefined
}

/** A new user with a role and a first password. */
export function CreateUser({ open, onOpenChange }: DialogState) {
  const { t } = useLingui()
  const { create, values, faults, usernameRef, passwordRef, username, change, submit, block } =
    useForm(onOpenChange)
  const isInline = Object.values(faultsOf(create.error)).some((fault) => fault !== undefined)
  return (
    <Dialog
      open={open}
      onOpenChange={(next) => {
        create.reset()
        onOpenChange(next)
      }}
      title={t`Add a user`}
      initialFocus={usernameRef}
    >
      <form className={styles.dialogForm} onSubmit={submit} noValidate>
        <Failure error={isInline ? null : create.error} />
        <Field
          ref={usernameRef}
          label={t`User name`}
          name="username"
          autoCapitalize="none"
          required
          value={values.username}
          error={faults.username}
          onChange={(event) => change({ username: event.target.value })}
        />
        <RoleChoice value={values.role} onChange={(role) => change({ role })} />
        <FirstPassword
          ref={passwordRef}
          label={t`First password`}
          username={username}
          value={values.password}
          error={faults.password}
          onChange={(password) => change({ password })}
        />
        <DialogActions>
          <Button onClick={() => onOpenChange(false)}>{t`Cancel`}</Button>
          <Button type="submit" variant="primary" busy={create.isPending} disabledReason={block}>
            {create.isPending ? t`Adding…` : t`Add user`}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  )
}

function useForm(onOpenChange: DialogState['onOpenChange']) {
  const { t } = useLingui()
  const create = useCreateUser()
  const [values, setValues] = useState(NOTHING)
  const [faults, setFaults] = useState<Faults>({})
  const usernameRef = useRef<HTMLInputElement>(null)
  const passwordRef = useRef<HTMLInputElement>(null)
  const block = useWriteBlock()
  const username = values.username.trim()

  function show(next: Faults) {
    setFaults(next)
    if (next.username !== undefined) usernameRef.current?.focus()
    else if (next.password !== undefined) passwordRef.current?.focus()
  }

  function usernameProblem(): string | undefined {
    if (username === '') return t`Enter a user name.`
    return Username.safeParse(username).success
      ? undefined
      : t`Use at most 64 letters, digits and . _ @ - only.`
  }

  function submit(event: FormEvent) {
    event.preventDefault()
    if (create.isPending || block !== undefined) return
    const mistakes = {
      username: usernameProblem(),
      password: passwordProblem(values.password, { username }),
    }
    show(mistakes)
    if (mistakes.username !== undefined || mistakes.password !== undefined) return
    create.mutate(
      { ...values, username },
      {
        onSuccess() {
          onOpenChange(false)
          setValues(NOTHING)
          showToast({
            tone: 'ok',
            title: t`Added ${username}`,
            detail: t`Hand over the password, and ask for it to be changed after the first sign-in.`,
          })
        },
        onError: (error) => show(faultsOf(error)),
      },
    )
  }

  function change(some: Partial<typeof NOTHING>) {
    setValues({ ...values, ...some })
    const corrected = Object.fromEntries(Object.keys(some).map((name) => [name, undefined]))
    setFaults({ ...faults, ...corrected })
  }
  return { create, values, faults, usernameRef, passwordRef, username, change, submit, block }
}

/** The server's answer, at the fields it is about. */
function faultsOf(error: Error | null): Faults {
  if (!(error instanceof ApiError)) return {}
  return { username: error.detailOf('/username'), password: error.detailOf('/password') }
}
