import { t } from '@lingui/core/macro'
import { SETUP_STEPS, type SetupStep } from '../../../shared/setup.ts'

/** The account is made first; from then on the server remembers how far one is. */
export type Step = 'account' | SetupStep

export const STEPS: readonly Step[] = ['account', ...SETUP_STEPS]

export function stepName(step: Step): string {
  const names: Record<Step, string> = {
    account: t`Account`,
    fail2ban: 'fail2ban',
    allow: t`Your address`,
    archive: t`History`,
    summary: t`Summary`,
  }
  return names[step]
}

/** The step that is wanted, as far as one has come; else the one that is open. */
export function stepToShow(wanted: string | null, open: SetupStep): SetupStep {
  const index = SETUP_STEPS.findIndex((step) => step === wanted)
  const step = SETUP_STEPS[index]
  return step !== undefined && index <= SETUP_STEPS.indexOf(open) ? step : open
}
