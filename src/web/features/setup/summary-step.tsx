import type { ReactNode } from 'react'
import { plural } from '@lingui/core/macro'
import { Trans, useLingui } from '@lingui/react/macro'
import { useQuery } from '@tanstack/react-query'
import type { SetupStep } from '../../../shared/setup.ts'
import { Button } from '../../ui/button.tsx'
import { HealthChecks } from '../health/health-checks.tsx'
import { useHealthCount } from '../health/health.queries.ts'
import { sessionQuery } from '../session/session.queries.ts'
import { settingsQuery } from '../settings/settings.queries.ts'
import styles from './setup.module.css'
import { StepActions, type StepProps } from './step-actions.tsx'
import { StepFrame } from './step-frame.tsx'
import { stepName } from './steps.ts'

/** What was chosen, what was left out, and whether all of it works. */
export function SummaryStep(step: StepProps & { skipped: readonly SetupStep[] }) {
  const { t } = useLingui()
  const problems = useHealthCount()
  return (
    <StepFrame
      step="summary"
      skipped={step.skipped}
      title={problems > 0 ? t`Almost ready` : t`Ready`}
      lead={
        problems > 0
          ? t`BanGUI is set up, and something still needs a look. The page Health shows these checks at any time.`
          : t`BanGUI is set up and working. The page Health shows these checks at any time.`
      }
    >
      <Chosen skipped={step.skipped} />
      <h2 className={styles.subtitle}>
        <Trans>Checks</Trans>
      </h2>
      <div className={styles.checks}>
        <HealthChecks />
      </div>
      <StepActions step={step} canSkip={false}>
        <Button variant="primary" busy={step.isBusy} onClick={step.onDone}>
          {t`Finish and open the overview`}
        </Button>
      </StepActions>
    </StepFrame>
  )
}

function Chosen({ skipped }: { skipped: readonly SetupStep[] }) {
  const { t } = useLingui()
  const { data: session } = useQuery(sessionQuery)
  const { data: settings } = useQuery(settingsQuery)
  const days = settings?.historyDays.value
  const zone = settings?.timeZone.source === 'default' ? t`each device’s own` : settings?.timeZone.value
  return (
    <dl className={styles.facts}>
      <Fact name={t`Administrator`}>{session?.user.username}</Fact>
      {days !== undefined && (
        <Fact name={t`Days of history`}>{plural(days, { one: '# day', other: '# days' })}</Fact>
      )}
      {zone !== undefined && <Fact name={t`Time zone`}>{zone}</Fact>}
      {skipped.length > 0 && <Fact name={t`Left out`}>{skipped.map((one) => stepName(one)).join(', ')}</Fact>}
    </dl>
  )
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  )
}
