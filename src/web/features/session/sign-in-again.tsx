import { useQueryClient } from '@tanstack/react-query'
import { Trans, useLingui } from '@lingui/react/macro'
import { Banner } from '../../ui/banner.tsx'
import { goOnAs } from './check-session.ts'
import { LoginForm } from './login-form.tsx'
import { tellSignIn } from './other-tabs.ts'
import { sessionQuery } from './session.queries.ts'
import { SignPage } from './sign-page.tsx'

/** Stands in front of a page whose session has ended. */
export function SignInAgain() {
  const client = useQueryClient()
  const { t } = useLingui()
  return (
    <SignPage title={t`Sign in`}>
      <Banner tone="info">
        <Trans>Your session has ended. Sign in to go on where you were.</Trans>
      </Banner>
      <LoginForm
        username={client.getQueryData(sessionQuery.queryKey)?.user.username}
        onSignedIn={(session) => {
          goOnAs(client, session)
          tellSignIn()
        }}
      />
    </SignPage>
  )
}
