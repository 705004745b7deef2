import { useEffect, useRef, useState, type FormEvent } from 'react'
import { Trans, useLingui } from '@lingui/react/macro'
import type { CurrentSession } from '../../../shared/session.ts'
import { SetupState } from '../../../shared/setup.ts'
import { ApiError } from '../../api/api-error.ts'
import { call } from '../../api/http.ts'
import { Banner } from '../../ui/banner.tsx'
import { Button } from '../../ui/button.tsx'
import { Field, PasswordField } from '../../ui/field.tsx'
import { useSignIn } from './session.queries.ts'
import styles from './sign-page.module.css'
import { formatCountdown, useCountdown } from './use-countdown.ts'

/** User name and password, and everything that may be wrong with them. */
export function LoginForm({
  username,
  onSignedIn,
}: {
  /** Who is most likely to sign in. */
  username?: string | undefined
  onSignedIn: (session: CurrentSession) => void
}) {
  const { t } = useLingui()
  const signIn = useSignIn()
  const [missing, setMissing] = useState({ username: false, password: false })
  const usernameRef = useRef<HTMLInputElement>(null)
  const passwordRef = useRef<HTMLInputElement>(null)
  const wait = useCountdown(signIn.error)
  useForgetting(signIn)

  useEffect(() => {
    const first = username === undefined ? usernameRef : passwordRef
    first.current?.focus()
  }, [username])

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    if (signIn.isPending || wait > 0) return
    const form = new FormData(event.currentTarget)
    const typed = { username: textOf(form, 'username').trim(), password: textOf(form, 'password') }
    setMissing({ username: typed.username === '', password: typed.password === '' })
    if (typed.username === '') return usernameRef.current?.focus()
    if (typed.password === '') return passwordRef.current?.focus()
    signIn.mutate(typed, { onSuccess: onSignedIn, onError: () => passwordRef.current?.select() })
  }

  return (
    <>
      <SignInFailure error={signIn.error} waitSeconds={wait} />
      <form className={styles.form} onSubmit={submit} noValidate method="post">
        <Field
          ref={usernameRef}
          label={t`User name`}
          name="username"
          autoComplete="username"
          autoCapitalize="none"
          required
          defaultValue={username}
          error={missing.username ? t`Enter your user name.` : undefined}
        />
        <PasswordField
          ref={passwordRef}
          label={t`Password`}
          name="password"
          autoComplete="current-password"
          required
          error={missing.password ? t`Enter your password.` : undefined}
        />
        <Button
          type="submit"
          variant="primary"
          className={styles.submit}
          busy={signIn.isPending}
          disabled={wait > 0}
        >
          {signIn.isPending ? t`Signing in…` : t`Sign in`}
        </Button>
      </form>
    </>
  )
}

/** A server that did not answer is asked again, so that the notice goes when it is there. */
function useForgetting({ error, reset }: Pick<ReturnType<typeof useSignIn>, 'error' | 'reset'>): void {
  const isAway = isUnreachable(error)
  useEffect(() => {
    if (!isAway) return undefined
    const timer = setInterval(() => {
      call(SetupState, 'GET', 'setup').then(reset, (found: Error) => isUnreachable(found) || reset())
    }, ASK_AGAIN_MS)
    return () => clearInterval(timer)
  }, [isAway, reset])
}

const ASK_AGAIN_MS = 2_000

function isUnreachable(error: Error | null): boolean {
  return error instanceof ApiError && error.code === 'unreachable'
}

function textOf(form: FormData, name: string): string {
  const value = form.get(name)
  return typeof value === 'string' ? value : ''
}

function SignInFailure({ error, waitSeconds }: { error: Error | null; waitSeconds: number }) {
  if (!(error instanceof ApiError)) return null
  if (error.code !== 'rate-limited') {
    return (
      <Banner tone="danger" urgent>
        <strong>{error.message}</strong> {error.nextStep}
      </Banner>
    )
  }
  const time = (
    <span role="timer" aria-live="off">
      {formatCountdown(waitSeconds)}
    </span>
  )
  return (
    <Banner tone="warn" urgent>
      {waitSeconds > 0 ? (
        <Trans>
          <strong>Too many attempts.</strong> You can try again in {time}.
        </Trans>
      ) : (
        <Trans>You can try again now.</Trans>
      )}
    </Banner>
  )
}
