import { useEffect, useEffectEvent } from 'react'
import { useQueryClient } from '@tanstack/react-query'
import { Trans, useLingui } from '@lingui/react/macro'
import { CurrentSession } from '../../../shared/session.ts'
import { call } from '../../api/http.ts'
import { Banner } from '../../ui/banner.tsx'
import { LoginForm } from './login-form.tsx'
import { onSignIn, tellSignIn } from './other-tabs.ts'
import { sessionEnd } from './session-end.ts'
import { sessionQuery } from './session.queries.ts'
import { SignPage } from './sign-page.tsx'

/** Stands in front of a page whose session has ended. */
export function SignInAgain() {
  const client = useQueryClient()
  const { t } = useLingui()
  const before = client.getQueryData(sessionQuery.queryKey)?.user

  function goOn(session: CurrentSession) {
    if (session.user.id !== before?.id) {
      // Nothing of the one may be seen by the other: a new page knows nothing.
      window.location.assign(document.baseURI)
      return
    }
    client.setQueryData(sessionQuery.queryKey, session)
    const putBack = sessionEnd.heal()
    void client.invalidateQueries()
    // After the dialogs that come back have put the focus where they would have it at first.
    requestAnimationFrame(() => requestAnimationFrame(putBack))
  }

  const lookAgain = useEffectEvent(() => {
    call(CurrentSession, 'GET', 'session').then(goOn, () => undefined)
  })
  useEffect(() => onSignIn(lookAgain), [])

  return (
    <SignPage title={t`Sign in`}>
      <Banner tone="info">
        <Trans>Your session has ended. Sign in to go on where you were.</Trans>
      </Banner>
      <LoginForm
        username={before?.username}
        onSignedIn={(session) => {
          goOn(session)
          tellSignIn()
        }}
      />
    </SignPage>
  )
}
