import { useEffect, useRef, useState, type FormEvent } from 'react'
import { t } from '@lingui/core/macro'
import { useLingui } from '@lingui/react/macro'
import { useQueryClient } from '@tanstack/react-query'
import { SetupRequest } from '../../../shared/session.ts'
import { ApiError, sentencesOf } from '../../api/api-error.ts'
import { Banner } from '../../ui/banner.tsx'
import { Button } from '../../ui/button.tsx'
import { Field } from '../../ui/field.tsx'
import { NewPasswordField } from '../session/new-password-field.tsx'
import { passwordProblem } from '../session/password-strength.ts'
import { sessionHint } from '../session/session-hint.ts'
import { sessionQuery, setupQuery, useSetup } from '../session/session.queries.ts'
import styles from './setup.module.css'
import { StepFrame } from './step-frame.tsx'

type FieldName = 'token' | 'username' | 'password'
type Values = Readonly<Record<FieldName, string>>
type Faults = Partial<Record<FieldName, string | undefined>>

const FIELDS: readonly FieldName[] = ['token', 'username', 'password']

/** The first administrator. Only who can read the server's log has the token. */
export function AccountStep() {
  const { t } = useLingui()
  const { form, values, field, submit, setup, failure } = useAccountForm()
  return (
    <StepFrame
      step="account"
      takesFocus={false}
      title={t`Set up BanGUI`}
      lead={t`Create the first administrator. The setup token is in the server’s log; it proves that you run this machine.`}
    >
      {failure && (
        <Banner tone="danger" urgent>
          {sentencesOf(failure)}
        </Banner>
      )}
      <form ref={form} className={styles.form} onSubmit={submit} noValidate method="post">
        <Field {...field('token')} label={t`Setup token`} autoCapitalize="none" />
        <Field {...field('username')} label={t`User name`} autoComplete="username" autoCapitalize="none" />
        <NewPasswordField
          {...field('password')}
          label={t`Password`}
          username={values.username}
          token={values.token.trim()}
        />
        <div className={styles.actions}>
          <span />
          <Button type="submit" variant="primary" busy={setup.isPending}>
            {setup.isPending ? t`Creating…` : t`Create administrator`}
          </Button>
        </div>
      </form>
    </StepFrame>
  )
}

/** What is typed, what is wrong with it, and the request. A fault shows at its field, which gets the focus. */
function useAccountForm() {
  const client = useQueryClient()
  const setup = useSetup()
  const [values, setValues] = useState<Values>({ token: '', username: '', password: '' })
  const [faults, setFaults] = useState<Faults>({})
  const form = useRef<HTMLFormElement>(null)
  useEffect(() => focusField(form.current, 'token'), [])

  function show(next: Faults) {
    setFaults(next)
    focusField(
      form.current,
      FIELDS.find((name) => next[name] !== undefined),
    )
  }

  const field = (name: FieldName) => ({
    name,
    value: values[name],
    error: faults[name],
    required: true,
    onChange: (event: { target: { value: string } }) => {
      setValues({ ...values, [name]: event.target.value })
      setFaults({ ...faults, [name]: undefined })
    },
  })

  function submit(event: FormEvent) {
    event.preventDefault()
    if (setup.isPending) return
    const request = { ...values, token: values.token.trim(), username: values.username.trim() }
    const mistakes = mistakesOf(request)
    if (Object.keys(mistakes).length > 0) return show(mistakes)
    setup.mutate(request, {
      onSuccess(session) {
        sessionHint.mayExist = true
        client.setQueryData(sessionQuery.queryKey, session)
        client.setQueryData(setupQuery.queryKey, { required: false, step: 'fail2ban', skipped: [] })
      },
      onError: (error) => show(faultsOf(error)),
    })
  }

  const { error } = setup
  const isInline = error !== null && Object.keys(faultsOf(error)).length > 0
  return { form, values, field, submit, setup, failure: isInline ? null : error }
}

function focusField(form: HTMLFormElement | null, name: FieldName | undefined): void {
  const field = name === undefined ? null : form?.elements.namedItem(name)
  if (field instanceof HTMLElement) field.focus()
}

/** What the shared rules say before anything is sent. */
function mistakesOf(request: Values): Faults {
  const { token, username, password } = request
  const parsed = SetupRequest.safeParse(request)
  const isNameWrong = !parsed.success && parsed.error.issues.some((issue) => issue.path[0] === 'username')
  const problem = passwordProblem(password, { username, token: token === '' ? undefined : token })
  return {
    ...(token === '' && { token: t`Enter the setup token from the server’s log.` }),
    ...(username === '' && { username: t`Enter a user name.` }),
    ...(username !== '' &&
      isNameWrong && { username: t`Use at most 64 letters, digits and . _ @ - for the name.` }),
    ...(problem !== undefined && { password: problem }),
  }
}

/** The server's answer, at the fields it is about. */
function faultsOf(error: Error): Faults {
  if (!(error instanceof ApiError)) return {}
  if (error.code === 'setup-token-wrong') return { token: sentencesOf(error) }
  const faults: Faults = {}
  for (const name of FIELDS) {
    const detail = error.detailOf(`/${name}`)
    if (detail !== undefined) faults[name] = detail
  }
  return faults
}
