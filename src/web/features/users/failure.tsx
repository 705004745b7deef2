import { Trans } from '@lingui/react/macro'
import { sentencesOf } from '../../api/api-error.ts'
import { Banner } from '../../ui/banner.tsx'
import { formatCountdown } from '../session/use-countdown.ts'

/** Why something was not done, at the place where it was asked for. */
export function Failure({ error, waitSeconds = 0 }: { error: Error | null; waitSeconds?: number }) {
  if (error === null) return null
  if (waitSeconds === 0) {
    return (
      <Banner tone="danger" urgent>
        {sentencesOf(error)}
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
      <Trans>
        <strong>Too many attempts.</strong> You can try again in {time}.
      </Trans>
    </Banner>
  )
}
