import { useLingui } from '@lingui/react/macro'
import type { ReactNode } from 'react'
import { sentencesOf } from '../../api/api-error.ts'
import { Banner } from '../../ui/banner.tsx'
import { Button } from '../../ui/button.tsx'
import styles from './setup.module.css'

/** What every step after the first can do. */
export interface StepProps {
  /** Undefined: there is no step before. */
  readonly onBack: (() => void) | undefined
  readonly onDone: () => void
  readonly onSkip: () => void
  /** The server is being told. */
  readonly isBusy: boolean
  /** Why the server did not take it. */
  readonly error: Error | null
}

/** Back, skip, and the button that goes on. */
export function StepActions({
  step: { onBack, onSkip, isBusy, error },
  canSkip = true,
  children,
}: {
  step: StepProps
  canSkip?: boolean
  children?: ReactNode
}) {
  const { t } = useLingui()
  return (
    <>
      {error && (
        <Banner tone="danger" urgent>
          {sentencesOf(error)}
        </Banner>
      )}
      <div className={styles.actions}>
        {onBack ? <Button variant="ghost" onClick={onBack}>{t`Back`}</Button> : <span />}
        {canSkip && (
          <Button busy={isBusy && children === undefined} onClick={onSkip}>
            {t`Skip for now`}
          </Button>
        )}
        {children}
      </div>
    </>
  )
}
