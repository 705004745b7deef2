import { useEffect } from 'react'
import { useQueryClient } from '@tanstack/react-query'
import { Trans, useLingui } from '@lingui/react/macro'
import { useNavigate, useSearchParams } from 'react-router'
import { Banner } from '../../ui/banner.tsx'
import { LoginForm } from './login-form.tsx'
import { safeNext } from './next.ts'
import { tellSignIn } from './other-tabs.ts'
import { sessionEnd } from './session-end.ts'
import { sessionHint } from './session-hint.ts'
import { sessionQuery } from './session.queries.ts'
import { SignPage } from './sign-page.tsx'

export function LoginPage() {
  const client = useQueryClient()
  const navigate = useNavigate()
  const [params] = useSearchParams()
  const { t } = useLingui()

  useEffect(() => {
    // Whoever leaves an ended session for this page gives up what was kept of it.
    if (sessionEnd.forget()) client.clear()
  }, [client])

  return (
    <SignPage title={t`Sign in`}>
      {sessionHint.hasEnded && (
        <Banner tone="info">
          <Trans>Your session has ended. Sign in to go on where you were.</Trans>
        </Banner>
      )}
      <LoginForm
        onSignedIn={(session) => {
          sessionEnd.forget()
          sessionHint.mayExist = true
          sessionHint.hasEnded = false
          client.setQueryData(sessionQuery.queryKey, session)
          tellSignIn()
          void navigate(safeNext(params.get('next')), { replace: true })
        }}
      />
    </SignPage>
  )
}
