import { useEffect, useRef, useState, type FormEvent } from 'react'
import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from 'react-router'
import type * as z from 'zod/mini'
import { SetupRequest } from '../../../shared/session.ts'
import { ApiError } from '../../api/api-error.ts'
import { Banner } from '../../ui/banner.tsx'
import { Button } from '../../ui/button.tsx'
import { Field, PasswordField } from '../../ui/field.tsx'
import { passwordStrength } from './password-strength.ts'
import { sessionHint } from './session-hint.ts'
import { sessionQuery, useSetup } from './session.queries.ts'
import { SignPage } from './sign-page.tsx'
import styles from './sign-page.module.css'

type FieldName = 'token' | 'username' | 'password'
type Faults = Partial<Record<FieldName, string | undefined>>

const FIELDS: readonly FieldName[] = ['token', 'username', 'password']

const PASSWORD_HINT = 'At least 12 characters. A few words in a row are easy to remember.'

export function SetupPage() {
  const client = useQueryClient()
  const navigate = useNavigate()
  const setup = useSetup()
  const [values, setValues] = useState({ token: '', username: '', password: '' })
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
        client.removeQueries({ queryKey: ['setup'] })
        sessionHint.mayExist = true
        client.setQueryData(sessionQuery.queryKey, session)
        void navigate('/', { replace: true })
      },
      onError: (error) => show(faultsOf(error)),
    })
  }

  const error = setup.error
  const isInline = error !== null && Object.keys(faultsOf(error)).length > 0
  return (
    <SignPage
      title="Set up BanGUI"
      lead="Create the first administrator. The setup token is in the server’s log; it proves that you run this machine."
    >
      {error instanceof ApiError && !isInline && (
        <Banner tone="danger" urgent>
          <strong>{error.message}</strong> {error.nextStep}
        </Banner>
      )}
      <form ref={form} className={styles.form} onSubmit={submit} noValidate method="post">
        <Field {...field('token')} label="Setup token" autoCapitalize="none" />
        <Field {...field('username')} label="User name" autoComplete="username" autoCapitalize="none" />
        <PasswordField
          {...field('password')}
          label="Password"
          autoComplete="new-password"
          hint={values.password === '' ? PASSWORD_HINT : undefined}
          after={<Strength password={values.password} username={values.username} />}
        />
        <Button type="submit" variant="primary" className={styles.submit} busy={setup.isPending}>
          {setup.isPending ? 'Creating…' : 'Create administrator'}
        </Button>
      </form>
    </SignPage>
  )
}

function focusField(form: HTMLFormElement | null, name: FieldName | undefined): void {
  const field = name === undefined ? null : form?.elements.namedItem(name)
  if (field instanceof HTMLElement) field.focus()
}

function Strength({ password, username }: { password: string; username: string }) {
  if (password === '') return null
  const { score, label, hint } = passwordStrength(password, { username })
  return (
    <div className={styles.strength}>
      <div className={styles.meter} data-score={score} aria-hidden>
        {[1, 2, 3, 4].map((step) => (
          <span key={step} data-on={step <= score || undefined} />
        ))}
      </div>
      <p className={styles.strengthText} aria-live="polite">
        <strong>{label}.</strong> {hint}
      </p>
    </div>
  )
}

/** What the shared rules say before anything is sent. */
function mistakesOf(request: z.input<typeof SetupRequest>): Faults {
  const parsed = SetupRequest.safeParse(request)
  if (parsed.success) return {}
  const mistakes: Faults = {}
  for (const issue of parsed.error.issues) {
    const name = FIELDS.find((field) => field === issue.path[0])
    if (name && mistakes[name] === undefined) mistakes[name] = issue.message
  }
  return mistakes
}

/** The server's answer, at the fields it is about. */
function faultsOf(error: Error): Faults {
  if (!(error instanceof ApiError)) return {}
  if (error.code === 'setup-token-wrong') return { token: `${error.message} ${error.nextStep ?? ''}`.trim() }
  const faults: Faults = {}
  for (const name of FIELDS) {
    const detail = error.detailOf(`/${name}`)
    if (detail !== undefined) faults[name] = detail
  }
  return faults
}
