import { stripVTControlCharacters } from 'node:util'
import { z } from 'zod'

/** What a runner's own report comes down to. */
export interface TestReport {
  readonly passed: number
  readonly failed: number
  /** A line for each that failed: which test, and the beginning of what it said. */
  readonly failures: readonly string[]
}

/** `jest --json`. */
export const JestReport = z
  .object({
    numPassedTests: z.number(),
    numFailedTests: z.number(),
    testResults: z.array(
      z.object({
        name: z.string(),
        message: z.string(),
        assertionResults: z.array(
          z.object({
            fullName: z.string(),
            status: z.string(),
            failureMessages: z.array(z.string()).nullish(),
          }),
        ),
      }),
    ),
  })
  .transform(({ numPassedTests, numFailedTests, testResults }): TestReport => {
    const failures = testResults.flatMap(({ name, message, assertionResults }) => {
      // A file that does not load has no tests.
      if (assertionResults.length === 0) return message === '' ? [] : [line(name, message)]
      const failed = assertionResults.filter(({ status }) => status === 'failed')
      return failed.map(({ fullName, failureMessages }) => line(fullName, failureMessages?.[0]))
    })
    return { passed: numPassedTests, failed: numFailedTests, failures }
  })

interface Suite {
  readonly specs: ReadonlyArray<{
    readonly title: string
    readonly file: string
    readonly tests: ReadonlyArray<{
      readonly projectName: string
      readonly status: string
      readonly results: ReadonlyArray<{
        readonly error?: { readonly message?: string | undefined } | undefined
      }>
    }>
  }>
  readonly suites?: readonly Suite[] | undefined
}
const Suite: z.ZodType<Suite> = z.object({
  specs: z.array(
    z.object({
      title: z.string(),
      file: z.string(),
      tests: z.array(
        z.object({
          projectName: z.string(),
          status: z.string(),
          results: z.array(z.object({ error: z.object({ message: z.string().optional() }).optional() })),
        }),
      ),
    }),
  ),
  get suites() {
    return z.array(Suite).optional()
  },
})
/** Playwright's reporter `json`. */
export const PlaywrightReport = z
  .object({
    stats: z.object({ expected: z.number(), unexpected: z.number(), flaky: z.number() }),
    suites: z.array(Suite),
  })
  .transform(({ stats, suites }): TestReport => {
    const failed = stats.unexpected + stats.flaky
    return { passed: stats.expected, failed, failures: suites.flatMap(failedIn) }
  })

function failedIn({ specs, suites = [] }: Suite): string[] {
  const own = specs.flatMap(({ title, file, tests }) =>
    tests
      .filter(({ status }) => status === 'unexpected' || status === 'flaky')
      .map(({ projectName, results }) =>
        line(`[${projectName}] ${file} › ${title}`, results[0]?.error?.message),
      ),
  )
  return [...own, ...suites.flatMap(failedIn)]
}

/** The first lines of a message say what was expected, the rest repeats it. */
function line(test: string, message = ''): string {
  const words = stripVTControlCharacters(message).replaceAll(/\s+/g, ' ').trim()
  return `✕ ${test}: ${words.slice(0, 300)}`
}
