import { t } from '@lingui/core/macro'
import { jailProblem, type Jail, type JailProblem } from '../../../shared/jail.ts'
import type { Tone } from '../../ui/badge.tsx'

/** The state of a jail in a word or two; what keeps it from banning comes before what fail2ban calls it. */
export function stateWords(jail: Jail): { tone: Tone; word: string } {
  const problem = jailProblem(jail)
  if (problem === undefined) return { tone: 'ok', word: t`Active` }
  return { tone: problem === 'no-log' ? 'danger' : 'warn', word: problemWord(problem) }
}

function problemWord(problem: JailProblem): string {
  if (problem === 'stopped') return t`Stopped`
  if (problem === 'idle') return t`Paused`
  return problem === 'no-log' ? t`No log file` : t`Log file missing`
}
