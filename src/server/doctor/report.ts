import type { HealthLevel } from '../../shared/health.ts'
import { tell } from './catalogue.ts'
import type { Diagnosis } from './diagnosis.ts'
import { plain, plainJson } from './plain-text.ts'

const MARKS: Readonly<Record<HealthLevel, string>> = {
  failing: 'FAILING',
  warning: 'LOOK',
  unknown: 'NOT KNOWN',
  ok: 'ok',
}
const WORST_FIRST: readonly HealthLevel[] = ['failing', 'warning', 'unknown', 'ok']

/** All well: one line. Otherwise each problem with its cause and the lines to change, the worst first. */
export function textReport(diagnoses: readonly Diagnosis[], verbose: boolean): string {
  const sorted = diagnoses.toSorted((a, b) => WORST_FIRST.indexOf(a.level) - WORST_FIRST.indexOf(b.level))
  const problems = sorted.filter(({ level, finding }) => level !== 'ok' && finding.cause !== 'not-known')
  const fine = sorted.filter(({ level }) => level === 'ok')
  const blocks = [
    ...problems.map(problemLines),
    ...unknownLines(sorted),
    ...(verbose && fine.length > 0 ? [fine.map(fineLine)] : []),
    [summaryOf(diagnoses)],
  ]
  return `${blocks.map((lines) => lines.map(plain).join('\n')).join('\n\n')}\n`
}

/** What nobody could look at, because of something else: a line for each reason. */
function unknownLines(diagnoses: readonly Diagnosis[]): string[][] {
  const unknown = diagnoses.filter(({ finding }) => finding.cause === 'not-known')
  const byReason = Map.groupBy(unknown, (diagnosis) => tell(diagnosis)?.found ?? '')
  return [...byReason].map(([found, those]) => [
    `${MARKS.unknown}  ${those.map(({ id, host }) => nameOf(id, host)).join(', ')}`,
    `  What    ${found}`,
  ])
}

function nameOf(id: Diagnosis['id'], host: string | undefined): string {
  return host === undefined ? id : `${id} of ${host}`
}

const WIDTH = 100

/** Broken at blanks, the further lines indented as far as the words of the first. */
function wrapped(label: string, text: string): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + word.length >= WIDTH) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line].map((part, index) => `  ${(index === 0 ? label : '').padEnd(6)}  ${part}`)
}

function problemLines(diagnosis: Diagnosis): string[] {
  const { id, level, host, finding } = diagnosis
  const { title, found, why, lines } = tell(diagnosis) ?? { title: '', found: '', why: '', lines: [] }
  return [
    `${MARKS[level]}  ${nameOf(id, host)}: ${title}`,
    ...wrapped('What', found),
    ...wrapped('Why', why),
    ...lines.map((line, index) => `  ${index === 0 ? 'Change' : '      '}  ${line}`),
    `  More    docs/troubleshooting.md#${finding.cause}`,
  ]
}

/** Its name, and the values of what was found. */
function fineLine({ id, host, finding }: Diagnosis): string {
  const { cause, ...values } = finding
  const told = Object.entries(values)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${typeof value === 'object' ? JSON.stringify(value) : String(value)}`)
  return ['ok', nameOf(id, host), cause, ...told].join('  ')
}

function summaryOf(diagnoses: readonly Diagnosis[]): string {
  const count = (level: HealthLevel): number => diagnoses.filter((each) => each.level === level).length
  const [all, passed] = [diagnoses.length, count('ok')]
  const absent = diagnoses.some(({ finding }) => finding.cause === 'not-running')
  const note = absent ? ' BanGUI itself does not run here.' : ''
  if (passed === all) return `All ${all} checks passed.${note}`
  const rest = [
    [count('failing'), 'failing'],
    [count('warning'), 'to be looked at'],
    [count('unknown'), 'not known'],
  ] as const
  const told = rest.filter(([number]) => number > 0).map(([number, what]) => `${number} ${what}`)
  return `${passed} of ${all} checks passed: ${told.join(', ')}.${note}`
}

/** The same for programs. */
export function jsonReport(diagnoses: readonly Diagnosis[]): string {
  const checks = diagnoses.map((diagnosis) => {
    const { id, level, host, finding, fix } = diagnosis
    return { id, level, host, finding, fix, ...tell(diagnosis) }
  })
  return `${plainJson({ ok: !checks.some(({ level }) => level === 'failing'), checks })}\n`
}

export function mistakesReport(mistakes: readonly string[], json: boolean): string {
  if (json) return `${plainJson({ ok: false, mistakes })}\n`
  const title = `FAILING  settings: BanGUI cannot start with them (status 78)`
  const lines = mistakes.flatMap((mistake) => mistake.split('\n').map((line) => `  ${plain(line)}`))
  return `${[title, ...lines, '  More    docs/configuration.md'].join('\n')}\n`
}
