import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { ensureSystemPackages } from './support/system-packages.ts'

/**
 * The one test command: installs missing system packages, checks format, lint and types, builds, runs every suite, and closes
 * with the totals. All steps run even when one fails, so that one run shows everything.
 */
const reports = mkdtempSync(join(tmpdir(), 'bangui-tests-'))
const jestReport = join(reports, 'jest.json')
const playwrightReport = join(reports, 'playwright.json')
const seconds = (since: number): string => `${Math.round((performance.now() - since) / 1000)} s`

const failedSteps: string[] = []
function step(
  name: string,
  command: string,
  args: readonly string[],
  env: Record<string, string> = {},
): void {
  const since = performance.now()
  console.log(`\n── ${name}`)
  const result = spawnSync(command, args, { stdio: 'inherit', env: { ...process.env, ...env } })
  if (result.status !== 0) failedSteps.push(name)
  console.log(`── ${name}: ${result.status === 0 ? 'ok' : 'FAILED'} (${seconds(since)})`)
}

const JestReport = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numFailedTestSuites: z.number(),
})
const PlaywrightReport = z.object({
  stats: z.object({ expected: z.number(), unexpected: z.number(), flaky: z.number() }),
})

function read<T>(file: string, schema: z.ZodType<T>): T | undefined {
  try {
    return schema.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    return undefined
  }
}

const startedAt = performance.now()
ensureSystemPackages(['fail2ban', 'chromium', 'redis-server', 'redis-sentinel', 'openssl'])
step('format, lint, types', 'npm', ['run', '--silent', 'check'])
step('build', 'npm', ['run', '--silent', 'build'])
step('unit, contract, api, architecture, faults', 'jest', ['--json', '--outputFile', jestReport], {
  NODE_OPTIONS: '--experimental-vm-modules --disable-warning=ExperimentalWarning',
})
step('browser', 'playwright', ['test', '-c', 'tests/e2e/playwright.config.ts'], {
  BANGUI_TEST_REPORT: playwrightReport,
})

const jest = read(jestReport, JestReport)
const browser = read(playwrightReport, PlaywrightReport)
rmSync(reports, { recursive: true })
const passed = (jest?.numPassedTests ?? 0) + (browser?.stats.expected ?? 0)
const failedTests =
  (jest?.numFailedTests ?? 0) + (browser?.stats.unexpected ?? 0) + (browser?.stats.flaky ?? 0)
// A step that fails without a failed test (lint, a suite that does not load) counts as one.
const failed = Math.max(failedTests, failedSteps.length)
console.log(
  `\n${failedSteps.length > 0 ? `Failed: ${failedSteps.join('; ')}. ` : ''}Took ${seconds(startedAt)}.`,
)
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
