import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { MUTATIONS, type Killer, type Mutation } from './mutations.ts'

/**
 * Proves that the tests guard what they claim: switches off one guard after the other in a copy of the sources and demands
 * that the tests which are named for it fail, as they pass with it. A word as argument picks the mutations whose guard has it.
 */
const ROOT = resolve(import.meta.dirname, '../..')
/** A mutant may well wait for what never comes. */
const LIMIT_MS = 240_000

const JestReport = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      message: z.string(),
      assertionResults: z.array(
        z.object({ fullName: z.string(), status: z.string(), failureMessages: z.array(z.string()) }),
      ),
    }),
  ),
})

interface Outcome {
  readonly killer: Killer
  /** `passed`, `failed`, or that there is no such test. */
  readonly status: string
}

function main(words: readonly string[]): number {
  const chosen = MUTATIONS.filter(({ guard }) => words.every((word) => guard.includes(word)))
  const copy = mkdtempSync(join(tmpdir(), 'bangui-mutation-'))
  try {
    for (const mutation of chosen) mutate(ROOT, mutation)
    copySources(copy)
    const startedAt = performance.now()
    const killers = chosen.flatMap((mutation) => mutation.killers)
    const missing = runTests(copy, killers).filter(({ status }) => status !== 'passed')
    if (missing.length > 0) {
      throw new Error(`These do not even pass without a mutation:\n${missing.map(describe).join('\n')}`)
    }
    console.log(`${killers.length} tests pass without a mutation (${secondsSince(startedAt)}).\n`)
    const survivors = chosen.filter((mutation) => !isKilled(copy, mutation))
    console.log(`\n${chosen.length - survivors.length} killed, ${survivors.length} survived`)
    return survivors.length === 0 && chosen.length > 0 ? 0 : 1
  } finally {
    rmSync(copy, { recursive: true, force: true })
  }
}

function copySources(copy: string): void {
  for (const each of ['src', 'tests', 'package.json', 'tsconfig.json']) {
    cpSync(join(ROOT, each), join(copy, each), { recursive: true })
  }
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'))
}

/** The mutated text; throws where the sources have changed so that there is no such place, or more than one. */
function mutate(root: string, { guard, file, replace, by }: Mutation): string {
  const parts = readFileSync(join(root, file), 'utf8').split(replace)
  if (parts.length !== 2) {
    throw new Error(
      `The mutation no longer applies: "${guard}". Its text is ${parts.length - 1} times in ${file}, and must be there once. Mend tests/mutation/mutations.ts.`,
    )
  }
  return parts.join(by)
}

function isKilled(copy: string, mutation: Mutation): boolean {
  const startedAt = performance.now()
  const file = join(copy, mutation.file)
  const original = readFileSync(file, 'utf8')
  writeFileSync(file, mutate(copy, mutation))
  const outcomes = runTests(copy, mutation.killers)
  writeFileSync(file, original)
  const survived = outcomes.filter(({ status }) => status !== 'failed')
  const verdict = survived.length === 0 ? 'killed' : 'SURVIVED'
  console.log(`${verdict.padEnd(8)} ${secondsSince(startedAt).padStart(6)}  ${mutation.guard}`)
  for (const outcome of outcomes) console.log(`${' '.repeat(18)}by ${describe(outcome)}`)
  return survived.length === 0
}

/** Runs these tests and no others. A suite that does not load is an error: a mutant must work, and be wrong. */
function runTests(copy: string, killers: readonly Killer[]): Outcome[] {
  const reportFile = join(copy, 'report.json')
  rmSync(reportFile, { force: true })
  const suites = [...new Set(killers.map(({ suite }) => suite))]
  const names = [
    ...new Set(killers.map(({ test }) => test.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`))),
  ]
  const jest = spawnSync(
    process.execPath,
    [
      '--experimental-vm-modules',
      '--disable-warning=ExperimentalWarning',
      join(copy, 'node_modules/jest/bin/jest.js'),
      '--json',
      `--outputFile=${reportFile}`,
      `--testNamePattern=^(${names.join('|')})$`,
      '--forceExit',
      '--runTestsByPath',
      ...suites,
    ],
    { cwd: copy, encoding: 'utf8', timeout: LIMIT_MS, killSignal: 'SIGKILL' },
  )
  endWhatWasLeft(copy)
  const report = readReport(reportFile, jest.stderr)
  for (const { message, assertionResults } of report.testResults) {
    if (assertionResults.length === 0) throw new Error(`A suite does not load:\n${message}`)
  }
  const results = report.testResults.flatMap(({ name, assertionResults }) =>
    assertionResults.map((result) => ({ ...result, name })),
  )
  return killers.map((killer) => {
    const result = results.find(
      ({ name, fullName }) => name.endsWith(killer.suite) && fullName === killer.test,
    )
    return { killer, status: result?.status ?? 'there is no such test' }
  })
}

/** A test that fails half-way leaves the processes it has started from the copy. */
function endWhatWasLeft(copy: string): void {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      if (readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(copy)) process.kill(Number(pid), 'SIGKILL')
    } catch {
      // It has ended meanwhile.
    }
  }
}

function readReport(file: string, errors: string): z.infer<typeof JestReport> {
  try {
    return JestReport.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch (error) {
    throw new Error(`Jest did not report within ${LIMIT_MS / 1_000} s:\n${errors}`, { cause: error })
  }
}

function describe({ killer, status }: Outcome): string {
  const remark = status === 'failed' ? '' : ` (${status})`
  return `${killer.suite}: ${killer.test}${remark}`
}

function secondsSince(startedAt: number): string {
  return `${Math.round((performance.now() - startedAt) / 1_000)} s`
}

process.exitCode = main(process.argv.slice(2))
