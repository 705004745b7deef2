import type { Fix } from '../../shared/health.ts'
import type { DoctorFinding } from './diagnosis.ts'

/** What is well: it needs no words but its name. */
export type FineCause =
  | 'settings-fine'
  | 'answers'
  | 'agent-works'
  | 'all-active'
  | 'present'
  | 'readable'
  | 'switched-off'
  | 'log-read'
  | 'no-log-file'
  | 'in-step'
  | 'catching-up'
  | 'writable'
  | 'enough'
  | 'no-disk'
  | 'in-this-process'
  | 'in-redis'
  | 'one-clock'
  | 'same-time'
  | 'done'
  | 'no-proxy'
  | 'known-proxy'
  | 'encrypted'
  | 'this-machine-only'
  | 'not-running'
  | 'running'
  | 'address-answers'
  | 'secrets-agree'

export type Problem = Exclude<DoctorFinding, { cause: FineCause }>
export type ProblemCause = Problem['cause']
export type Of<C extends ProblemCause> = Extract<Problem, { cause: C }>

/** Everything there is to say about one cause; the doctor and docs/troubleshooting.md are made from it. */
export interface Entry<F extends Problem> {
  readonly title: string
  /** What was found, with its values, in sentences. */
  readonly found: (finding: F) => string
  /** Why it comes to that and what it does, in sentences. */
  readonly why: string
  /** What to change, line by line: commands, settings, lines of a file. `#` begins a comment. */
  readonly lines: (finding: F, fix: Fix | undefined) => readonly string[]
  /** For the documentation. */
  readonly example: { readonly finding: F; readonly fix?: Fix }
}

export type Catalogue<C extends ProblemCause> = { readonly [Name in C]: Entry<Of<Name>> }

/** The lines of what the check itself proposes. */
export function fixLines(fix: Fix | undefined): readonly string[] {
  if (fix?.kind === 'command') return [fix.command]
  return fix?.kind === 'setting' ? [`${fix.name}=${fix.value}`] : []
}
