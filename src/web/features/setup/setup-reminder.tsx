import { Trans, useLingui } from '@lingui/react/macro'
import { useQuery } from '@tanstack/react-query'
import { Banner } from '../../ui/banner.tsx'
import { Button } from '../../ui/button.tsx'
import { ButtonLink } from '../../ui/button-link.tsx'
import { sessionQuery, setupQuery } from '../session/session.queries.ts'
import { useSettle } from './setup.queries.ts'

/** For an administrator who has left the setup half-way. */
export function SetupReminder() {
  const { t } = useLingui()
  const { data: session } = useQuery(sessionQuery)
  const { data: setup } = useQuery({
    ...setupQuery,
    staleTime: Infinity,
    enabled: session?.user.role === 'admin',
  })
  const settle = useSettle()
  if (session?.user.role !== 'admin' || setup?.step === undefined) return null
  return (
    <Banner
      tone="info"
      action={
        <>
          <ButtonLink size="small" to="/setup">{t`Continue`}</ButtonLink>
          <Button
            size="small"
            variant="ghost"
            busy={settle.isPending}
            onClick={() => settle.mutate({ step: 'summary', outcome: 'done' })}
          >
            {t`Not needed`}
          </Button>
        </>
      }
    >
      <Trans>
        <strong>The setup is not finished.</strong> It goes on where you left it.
      </Trans>
    </Banner>
  )
}
