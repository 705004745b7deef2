import { useRef, useState, type FormEvent } from 'react'
import { useLingui } from '@lingui/react/macro'
import { useQuery } from '@tanstack/react-query'
import { ApiError } from '../../api/api-error.ts'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { PasswordField } from '../../ui/field.tsx'
import { showToast } from '../../ui/toast.ts'
import { useWriteBlock } from '../live/live-provider.tsx'
import { NewPasswordField } from '../session/new-password-field.tsx'
import { passwordProblem } from '../session/password-strength.ts'
import { sessionQuery, useChangePassword } from '../session/session.queries.ts'
import { useCountdown } from '../session/use-countdown.ts'
import { Failure } from './failure.tsx'
import styles from './users.module.css'

const NOTHING = { current: '', new: '' }
type Faults = Partial<Record<keyof typeof NOTHING, string | undefined>>

/** A new password for one's own account. */
export function ChangePassword() {
  const { t } = useLingui()
  const { data: session } = useQuery(sessionQuery)
  const username = session?.user.username ?? ''
  const { change, field, submit, wait, block } = useForm(username)
  return (
    <Card title={t`Change password`}>
      <form className={styles.form} onSubmit={submit} noValidate method="post">
        <p className={styles.lead}>
          {t`This browser stays signed in. All your other browsers are signed out and need the new password.`}
        </p>
        <Failure error={isInline(change.error) ? null : change.error} waitSeconds={wait} />
        {/* For password managers, which otherwise do not know whose password this is. */}
        <input type="text" name="username" autoComplete="username" value={username} readOnly hidden />
        <PasswordField {...field('current')} label={t`Current password`} autoComplete="current-password" />
        <NewPasswordField {...field('new')} label={t`New password`} username={username} />
        <Button
          type="submit"
          variant="primary"
          className={styles.submit}
          busy={change.isPending}
          disabledReason={block ?? (wait > 0 ? t`Too many attempts: wait a moment.` : undefined)}
        >
          {change.isPending ? t`Changing…` : t`Change password`}
        </Button>
      </form>
    </Card>
  )
}

function useForm(username: string) {
  const { t } = useLingui()
  const change = useChangePassword()
  const [values, setValues] = useState(NOTHING)
  const [faults, setFaults] = useState<Faults>({})
  const refs = { current: useRef<HTMLInputElement>(null), new: useRef<HTMLInputElement>(null) }
  const wait = useCountdown(change.error)
  const block = useWriteBlock()

  function show(next: Faults) {
    setFaults(next)
    if (next.current !== undefined) refs.current.current?.focus()
    else if (next.new !== undefined) refs.new.current?.focus()
  }

  function mistakes(): Faults {
    const isSame = values.new !== '' && values.new === values.current
    return {
      ...(values.current === '' && { current: t`Enter your current password.` }),
      new: isSame
        ? t`This is your current password. Choose another one.`
        : passwordProblem(values.new, { username }),
    }
  }

  function submit(event: FormEvent) {
    event.preventDefault()
    if (change.isPending || wait > 0 || block !== undefined) return
    const found = mistakes()
    show(found)
    if (found.current !== undefined || found.new !== undefined) return
    change.mutate(values, {
      onSuccess() {
        setValues(NOTHING)
        showToast({
          tone: 'ok',
          title: t`Your password is changed`,
          detail: t`This browser stays signed in, all others have to sign in again.`,
        })
      },
      onError: (error) => show(faultsOf(error)),
    })
  }

  const field = (name: keyof typeof NOTHING) => ({
    ref: refs[name],
    name,
    value: values[name],
    error: faults[name],
    required: true,
    onChange: (event: { target: { value: string } }) => {
      setValues({ ...values, [name]: event.target.value })
      setFaults({ ...faults, [name]: undefined })
    },
  })
  return { change, field, submit, wait, block }
}

/** The server's answer, at the fields it is about. */
function faultsOf(error: Error | null): Faults {
  if (!(error instanceof ApiError)) return {}
  return { current: error.detailOf('/current'), new: error.detailOf('/new') }
}

function isInline(error: Error | null): boolean {
  return Object.values(faultsOf(error)).some((fault) => fault !== undefined)
}
