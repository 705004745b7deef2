import { useEffect, useRef, useState, type FormEvent } from 'react'
import { useQueryClient } from '@tanstack/react-query'
import { useLocation, useNavigate, useSearchParams } from 'react-router'
import { ApiError } from '../../api/api-error.ts'
import { Banner } from '../../ui/banner.tsx'
import { Button } from '../../ui/button.tsx'
import { Field, PasswordField } from '../../ui/field.tsx'
import { safeNext } from './next.ts'
import { sessionHint } from './session-hint.ts'
import { sessionQuery, useSignIn } from './session.queries.ts'
import { SignPage } from './sign-page.tsx'
import styles from './sign-page.module.css'
import { useCountdown } from './use-countdown.ts'

export function LoginPage() {
  const client = useQueryClient()
  const navigate = useNavigate()
  const [params] = useSearchParams()
  const location = useLocation()
  const signIn = useSignIn()
  const [missing, setMissing] = useState<Missing>({})
  const usernameRef = useRef<HTMLInputElement>(null)
  const passwordRef = useRef<HTMLInputElement>(null)
  const wait = useCountdown(signIn.error)

  useEffect(() => usernameRef.current?.focus(), [])

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    if (signIn.isPending || wait > 0) return
    const form = new FormData(event.currentTarget)
    const username = textOf(form, 'username').trim()
    const password = textOf(form, 'password')
    const faults = missingOf(username, password)
    setMissing(faults)
    if (faults.username !== undefined) return usernameRef.current?.focus()
    if (faults.password !== undefined) return passwordRef.current?.focus()
    signIn.mutate(
      { username, password },
      {
        onSuccess(session) {
          sessionHint.mayExist = true
          client.setQueryData(sessionQuery.queryKey, session)
          void navigate(safeNext(params.get('next')), { replace: true })
        },
        onError: () => passwordRef.current?.select(),
      },
    )
  }

  const ended = hasEnded(location.state) && signIn.isIdle
  return (
    <SignPage title="Sign in">
      {ended && <Banner tone="info">Your session has ended. Sign in to go on where you were.</Banner>}
      <SignInFailure error={signIn.error} waitSeconds={wait} />
      <form className={styles.form} onSubmit={submit} noValidate method="post">
        <Field
          ref={usernameRef}
          label="User name"
          name="username"
          autoComplete="username"
          autoCapitalize="none"
          required
          error={missing.username}
        />
        <PasswordField
          ref={passwordRef}
          label="Password"
          name="password"
          autoComplete="current-password"
          required
          error={missing.password}
        />
        <Button
          type="submit"
          variant="primary"
          className={styles.submit}
          busy={signIn.isPending}
          disabled={wait > 0}
        >
          {signIn.isPending ? 'Signing in…' : 'Sign in'}
        </Button>
      </form>
    </SignPage>
  )
}

interface Missing {
  readonly username?: string
  readonly password?: string
}

function missingOf(username: string, password: string): Missing {
  return {
    ...(username === '' && { username: 'Enter your user name.' }),
    ...(password === '' && { password: 'Enter your password.' }),
  }
}

function textOf(form: FormData, name: string): string {
  const value = form.get(name)
  return typeof value === 'string' ? value : ''
}

function SignInFailure({ error, waitSeconds }: { error: Error | null; waitSeconds: number }) {
  if (!(error instanceof ApiError)) return null
  if (error.code === 'rate-limited') {
    return (
      <Banner tone="warn" urgent>
        {waitSeconds > 0 ? (
          <>
            <strong>Too many attempts.</strong> You can try again in{' '}
            <span role="timer" aria-live="off">
              {formatCountdown(waitSeconds)}
            </span>
            .
          </>
        ) : (
          'You can try again now.'
        )}
      </Banner>
    )
  }
  return (
    <Banner tone="danger" urgent>
      <strong>{error.message}</strong> {error.nextStep}
    </Banner>
  )
}

function formatCountdown(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}

function hasEnded(state: unknown): boolean {
  return typeof state === 'object' && state !== null && 'ended' in state && state.ended === true
}
