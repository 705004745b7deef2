import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Navigate, useSearchParams } from 'react-router'
import { SETUP_STEPS, type SetupOutcome, type SetupStep } from '../../../shared/setup.ts'
import { SessionGate } from '../session/session-gate.tsx'
import { setupQuery } from '../session/session.queries.ts'
import { AccountStep } from './account-step.tsx'
import { AllowStep } from './allow-step.tsx'
import { ArchiveStep } from './archive-step.tsx'
import { Fail2banStep } from './fail2ban-step.tsx'
import { useSettle } from './setup.queries.ts'
import type { StepProps } from './step-actions.tsx'
import { stepToShow } from './steps.ts'
import { SummaryStep } from './summary-step.tsx'

/** From zero to protected in five steps. How far one has come is known to the server: a reload or a restart goes on there. */
export function SetupPage() {
  const { data: setup } = useQuery(setupQuery)
  if (setup?.required) return <AccountStep />
  if (!setup) return null
  if (setup.step === undefined) return <Navigate to="/" replace />
  return (
    <SessionGate>
      <StepsAfterAccount open={setup.step} skipped={setup.skipped ?? []} />
    </SessionGate>
  )
}

const VIEWS = {
  fail2ban: Fail2banStep,
  allow: AllowStep,
  archive: ArchiveStep,
  summary: SummaryStep,
} as const

function StepsAfterAccount({ open, skipped }: { open: SetupStep; skipped: readonly SetupStep[] }) {
  const client = useQueryClient()
  const [params, setParams] = useSearchParams()
  const settle = useSettle()
  const step = stepToShow(params.get('step'), open)
  const index = SETUP_STEPS.indexOf(step)
  const before = SETUP_STEPS[index - 1]

  function end(outcome: SetupOutcome) {
    if (settle.isPending) return
    settle.mutate(
      { step, outcome },
      {
        onSuccess({ step: next }) {
          const following = SETUP_STEPS[index + 1]
          if (following !== undefined && following !== next) setParams({ step: following })
          else if (params.has('step')) setParams({})
        },
        onError(error) {
          // Somebody finished it in another tab.
          if ('code' in error && error.code === 'already-set-up') void client.invalidateQueries(setupQuery)
        },
      },
    )
  }

  const props: StepProps & { skipped: readonly SetupStep[] } = {
    skipped,
    onBack: before && (() => setParams({ step: before })),
    onDone: () => end('done'),
    onSkip: () => end('skipped'),
    isBusy: settle.isPending,
    error: settle.error,
  }
  const View = VIEWS[step]
  return <View key={step} {...props} />
}
