import { CONSOLE } from './catalogue-console.ts'
import type { Catalogue, Entry, FineCause, Problem, ProblemCause } from './catalogue-entry.ts'
import { FAIL2BAN } from './catalogue-fail2ban.ts'
import { JAILS } from './catalogue-jails.ts'
import { NETWORK } from './catalogue-network.ts'
import type { Diagnosis, DoctorFinding } from './diagnosis.ts'

const CATALOGUE: Catalogue<ProblemCause> = { ...FAIL2BAN, ...JAILS, ...CONSOLE, ...NETWORK }

/** What is told of a problem. Lines are as they stand in the catalogue, with values of the machine in them. */
export interface Told {
  readonly title: string
  readonly found: string
  readonly why: string
  readonly lines: readonly string[]
}

/** Undefined: it is well, and there is nothing to tell. */
export function tell({ finding, fix }: Diagnosis): Told | undefined {
  if (!isProblem(finding)) return undefined
  // The table has under each cause the entry for its finding.
  const entry = CATALOGUE[finding.cause] as Entry<Problem>
  const { title, why } = entry
  return { title, why, found: entry.found(finding), lines: entry.lines(finding, fix) }
}

function isProblem(finding: DoctorFinding): finding is Problem {
  return Object.hasOwn(CATALOGUE, finding.cause satisfies FineCause | ProblemCause)
}

const CHAPTERS = [
  ['fail2ban', FAIL2BAN],
  ['Jails, logs and fail2ban’s database', JAILS],
  ['BanGUI itself', CONSOLE],
  ['Redis, proxies and addresses', NETWORK],
] as const

/** docs/troubleshooting.md, made from the catalogue. */
export function troubleshootingMarkdown(): string {
  const chapters = CHAPTERS.flatMap(([title, chapter]) => [
    `## ${title}`,
    '',
    ...Object.entries(chapter).flatMap(([cause, entry]) => section(cause, entry as Entry<Problem>)),
  ])
  return [
    '# Troubleshooting',
    '',
    '```sh',
    'bangui doctor             # all well: one line. Otherwise each problem with its cause and the lines to change',
    'bangui doctor --verbose   # every check',
    'bangui doctor --json      # the same for programs',
    'docker compose exec bangui bangui doctor',
    '```',
    '',
    'Run it as the user and with the environment of the BanGUI in question; whether that one runs does not matter, and nothing is',
    'changed. Where the roles are apart, each process knows its own side: the agent is beside fail2ban, `web` asks what it reported.',
    'The Health page shows the same checks, as far as a console that runs needs them.',
    '',
    '| Status | Meaning |',
    '|---|---|',
    '| 0 | nothing is failing; what needs a look is told |',
    '| 1 | something is failing |',
    '| 78 | the settings are wrong: every mistake is listed with its remedy, and nothing else is looked at |',
    '',
    'This page is generated from the doctor’s own words in `src/server/doctor` by `npm run docs`; the values in it are examples.',
    '',
    ...chapters,
  ].join('\n')
}

function section(cause: string, { title, found, why, lines, example }: Entry<Problem>): string[] {
  const { finding, fix } = example
  const code = lines(finding, fix)
  return [
    `<a id="${cause}"></a>`,
    '',
    `### ${title}`,
    '',
    `> ${found(finding)}`,
    '',
    why,
    '',
    ...(code.length === 0 ? [] : ['```sh', ...code, '```', '']),
  ]
}
